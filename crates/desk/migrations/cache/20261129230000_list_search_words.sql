-- The words that the index holds: a long unfinished word is looked up here and stands for the words that begin so.
CREATE VIRTUAL TABLE search_word USING fts5vocab(search, instance);
