-- Where the numbers of all streams went on after the data was restored from a copy: what was numbered between the copy
-- and its loss is known to clients, and happened to nobody.
CREATE TABLE stream_base (
    seq BIGINT PRIMARY KEY
);
