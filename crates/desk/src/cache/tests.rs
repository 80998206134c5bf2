//! Files of every version, damaged files, newer files, full disks.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use proffer_protocol::{Document, Entity, QuestionDocument};
use std::path::Path;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

async fn open(folder: &Path) -> (Cache, Option<PathBuf>) {
    Cache::open(folder, now(), CacheKey::default()).await.unwrap()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cache")
}

/// A folder whose cache was made by an earlier version.
fn folder_of(version: i64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixtures().join(format!("{version}.db")), folder.path().join("cache.db")).unwrap();
    folder
}

async fn index_all(cache: &Cache) {
    while cache.index_some().await.unwrap() {}
}

async fn found(cache: &Cache, words: &str) -> usize {
    let request = SearchRequest {
        expression: Some(words.to_owned()),
        limit: 50,
        ..SearchRequest::default()
    };
    cache.search(&request).await.unwrap().finds.len()
}

fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap()
}

#[tokio::test]
async fn files_of_every_version_are_brought_to_this_one_and_searched() {
    for migration in MIGRATIONS.iter() {
        let version = migration.version;
        let folder = folder_of(version);
        let (cache, aside) = open(folder.path()).await;
        assert_eq!(aside, None, "{version}");
        let place = cache.place().await.unwrap();
        assert!(place.is_complete && place.cursor.is_some(), "{version}");
        assert!(!cache.categories().await.unwrap().is_empty(), "{version}");
        let questions: u32 = sqlx::query_scalar("SELECT count(*) FROM question")
            .fetch_one(&cache.readers())
            .await
            .unwrap();
        assert!(questions > 5, "{version}: {questions}");
        index_all(&cache).await;
        assert!(cache.is_indexed().await.unwrap(), "{version}");
        assert!(found(&cache, "domain").await > 0, "{version}");
        assert!(
            !cache.customers_named("helen", 5).await.unwrap().is_empty(),
            "{version}"
        );
        cache.close().await;
    }
}

#[tokio::test]
async fn a_newer_versions_file_is_refused_and_stays_as_it_is() {
    let folder = folder_of(newest());
    let (cache, _) = open(folder.path()).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99990101000000, 'of the future', TRUE, x'00', 0)",
    )
    .execute(&cache.writer())
    .await
    .unwrap();
    cache.close().await;
    let refused = Cache::open(folder.path(), now(), CacheKey::default())
        .await
        .err()
        .unwrap();
    assert!(matches!(refused, DeskError::NewerCache), "{refused}");
    assert!(refused.to_string().contains("update the app"));
    assert!(folder.path().join("cache.db").exists());
}

#[tokio::test]
async fn a_damaged_list_of_migrations_is_no_newer_version() {
    let folder = folder_of(newest());
    let (cache, _) = open(folder.path()).await;
    sqlx::query("UPDATE _sqlx_migrations SET version = version + 1024 WHERE version = ?")
        .bind(newest())
        .execute(&cache.writer())
        .await
        .unwrap();
    cache.close().await;
    let (cache, aside) = open(folder.path()).await;
    assert!(aside.is_some_and(|aside| aside.exists()));
    assert_eq!(cache.place().await.unwrap().cursor, None);
    cache.close().await;
}

#[tokio::test]
async fn a_folder_without_rights_or_room_is_no_damage() {
    for error in [
        std::io::Error::from(std::io::ErrorKind::PermissionDenied),
        std::io::Error::from(std::io::ErrorKind::StorageFull),
    ] {
        assert!(!is_damage_at_start(&error.into()));
    }
    assert!(DeskError::from(std::io::Error::from(std::io::ErrorKind::StorageFull)).is_disk_full());
}

fn batch(cache_text: &str, times: usize) -> Batch {
    let text: serde_json::Value = serde_json::from_str(cache_text).unwrap();
    let changes = (0..times)
        .map(|_| {
            let mut document: QuestionDocument = serde_json::from_value(text.clone()).unwrap();
            document.question.id = proffer_domain::QuestionId(Uuid::new_v4());
            document.question.text = "A sentence about fences. ".repeat(200);
            let document = Document::Question(document);
            crate::ports::ChangeText {
                entity: Some(Entity::Question),
                id: document.id(),
                document: Some(serde_json::value::to_raw_value(&document).unwrap()),
            }
        })
        .collect();
    Batch::read(changes, AccountId(Uuid::nil())).unwrap()
}

#[tokio::test]
async fn a_full_disk_leaves_nothing_half_written_and_work_goes_on_when_there_is_room() {
    let folder = folder_of(newest());
    let (cache, _) = open(folder.path()).await;
    let text: String = sqlx::query_scalar("SELECT document FROM question LIMIT 1")
        .fetch_one(&cache.readers())
        .await
        .unwrap();
    let before = cache.place().await.unwrap();
    for times in [50, 500] {
        for _ in 0..3 {
            // Of the connection: one that could not undo its transaction is replaced.
            cache.limit_growth(Some(3)).await.unwrap();
            let refused = cache.apply(batch(&text, times), Some("later")).await.unwrap_err();
            assert!(refused.is_disk_full(), "{refused}");
            assert!(!is_damage(&refused));
            assert_eq!(cache.place().await.unwrap(), before);
            assert_eq!(found(&cache, "fences").await, 0);
        }
        cache.limit_growth(None).await.unwrap();
    }
    cache.apply(batch(&text, 40), Some("later")).await.unwrap();
    assert_eq!(cache.place().await.unwrap().cursor.as_deref(), Some("later"));
    index_all(&cache).await;
    assert_eq!(found(&cache, "fences").await, 40);
    assert!(check(&cache.readers()).await.is_ok());
    cache.close().await;
}

#[tokio::test]
async fn damage_that_shows_later_is_told_and_the_file_rebuilt_while_the_desk_runs() {
    let folder = folder_of(newest());
    let (cache, _) = open(folder.path()).await;
    let owner = AccountId(Uuid::from_u128(7));
    let aside = cache.rebuild(owner, now()).await.unwrap();
    assert!(aside.exists());
    assert_eq!(cache.place().await.unwrap(), Place::default());
    assert!(
        !cache.belong_to(owner).await.unwrap(),
        "it is this expert's from the beginning"
    );
    assert!(cache.categories().await.unwrap().is_empty());
    cache.close().await;
    let (cache, aside) = open(folder.path()).await;
    assert_eq!(aside, None);
    cache.close().await;
}

#[tokio::test]
async fn files_wanted_longest_ago_go_when_room_is_needed_and_the_same_bytes_take_room_once() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, _) = open(folder.path()).await;
    let id = |number| proffer_domain::AttachmentId(Uuid::from_u128(number));
    let at = |second| Timestamp::from_second(second).unwrap();
    let keep = async |number: u128, hash: u8, second| {
        cache
            .keep_fetched_file(id(number), [hash; 32], 40, 100, at(second))
            .await
            .unwrap()
    };
    assert_eq!(keep(1, 1, 1).await, Vec::<FileHash>::new());
    assert_eq!(keep(2, 2, 2).await, Vec::<FileHash>::new());
    assert_eq!(keep(3, 2, 3).await, Vec::<FileHash>::new(), "the same bytes again");
    assert_eq!(cache.fetched_file(id(1), at(4)).await.unwrap(), Some([1; 32]));
    assert_eq!(keep(4, 4, 5).await, [[2; 32]]);
    assert_eq!(cache.fetched_file(id(3), at(6)).await.unwrap(), None);
    let large = cache
        .keep_fetched_file(id(5), [5; 32], 1_000, 100, at(7))
        .await
        .unwrap();
    assert_eq!(large.len(), 2, "one that is larger than all stays alone");
    assert_eq!(cache.fetched_file(id(5), at(8)).await.unwrap(), Some([5; 32]));
    cache.close().await;
}

#[tokio::test]
async fn a_text_that_changed_is_found_by_its_new_words_alone_and_what_left_sight_not_at_all() {
    let folder = folder_of(newest());
    let (cache, _) = open(folder.path()).await;
    let text: String = sqlx::query_scalar("SELECT document FROM question LIMIT 1")
        .fetch_one(&cache.readers())
        .await
        .unwrap();
    let mut document: QuestionDocument = serde_json::from_str(&text).unwrap();
    let id = document.question.id.0;
    let apply = async |document: Option<&QuestionDocument>| {
        let change = crate::ports::ChangeText {
            entity: Some(Entity::Question),
            id,
            document: document.map(|document| serde_json::value::to_raw_value(document).unwrap()),
        };
        let batch = Batch::read(vec![change], AccountId(Uuid::nil())).unwrap();
        cache.apply(batch, None).await.unwrap();
    };
    index_all(&cache).await;
    document.revision += 1;
    document.question.text = "xylophone".to_owned();
    apply(Some(&document)).await;
    assert_eq!(found(&cache, "xylophone").await, 1);
    document.revision += 1;
    document.question.text = "zeppelin".to_owned();
    apply(Some(&document)).await;
    assert_eq!(
        (found(&cache, "xylophone").await, found(&cache, "zeppelin").await),
        (0, 1)
    );
    apply(None).await;
    assert_eq!(found(&cache, "zeppelin").await, 0);
    cache.close().await;
}

#[tokio::test]
async fn a_known_question_is_written_anew_only_where_it_changed() {
    let folder = folder_of(newest());
    let (cache, _) = open(folder.path()).await;
    let texts: Vec<String> = sqlx::query_scalar("SELECT document FROM question LIMIT 6")
        .fetch_all(&cache.readers())
        .await
        .unwrap();
    let first: QuestionDocument = serde_json::from_str(&texts[0]).unwrap();
    // So many that they are looked up before they are written.
    let others: Vec<QuestionDocument> = texts[1..]
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    let columns = async |cache: &Cache| -> (String, Vec<u8>, String, i64, String) {
        sqlx::query_as("SELECT title, category_id, state, last_activity_at, document FROM question WHERE id = ?")
            .bind(blob(first.question.id.0))
            .fetch_one(&cache.readers())
            .await
            .unwrap()
    };
    let apply = async |cache: &Cache, document: &QuestionDocument| {
        let changes = others
            .iter()
            .chain([document])
            .map(|document| crate::ports::ChangeText {
                entity: Some(Entity::Question),
                id: document.question.id.0,
                document: Some(serde_json::value::to_raw_value(document).unwrap()),
            });
        let batch = Batch::read(changes.collect(), AccountId(Uuid::nil())).unwrap();
        cache.apply(batch, None).await.unwrap();
    };
    let mut closed = first.clone();
    closed.revision += 1;
    closed.question.state = proffer_domain::QuestionState::Closed;
    closed.question.last_activity_at = now();
    apply(&cache, &closed).await;
    let (title, category, state, active_at, document) = columns(&cache).await;
    assert_eq!(
        (title, category),
        (first.question.title.clone(), blob(first.question.category_id.0))
    );
    assert_eq!((state.as_str(), active_at), ("closed", now().as_millisecond()));
    assert_eq!(serde_json::from_str::<QuestionDocument>(&document).unwrap(), closed);

    let mut moved = closed.clone();
    moved.revision += 1;
    moved.question.title = "Another title with walruses".to_owned();
    moved.question.category_id = proffer_domain::CategoryId(Uuid::from_u128(9));
    apply(&cache, &moved).await;
    let (title, category, ..) = columns(&cache).await;
    assert_eq!(
        (title, category),
        (moved.question.title.clone(), blob(Uuid::from_u128(9)))
    );
    assert_eq!(found(&cache, "walruses").await, 1);

    // An older one that comes late changes nothing.
    apply(&cache, &closed).await;
    assert_eq!(columns(&cache).await.0, moved.question.title);
    cache.close().await;
}

#[tokio::test]
async fn every_table_is_strict() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, _) = open(folder.path()).await;
    let journal = crate::journal::Journal::open(folder.path()).await.unwrap();
    journal.close().await;
    cache.close().await;
    for (file, least) in [("cache.db", 7), ("journal.db", 7)] {
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join(file))
            .read_only(true);
        let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
        let tables: Vec<(String, bool)> = sqlx::query_as(
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
             AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '_sqlx_migrations'",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        assert!(tables.len() >= least, "{file}: {tables:?}");
        let lax: Vec<_> = tables.iter().filter(|(_, is_strict)| !is_strict).collect();
        assert!(lax.is_empty(), "{file}: {lax:?}");
        pool.close().await;
    }
}

#[tokio::test]
async fn what_was_written_is_moved_into_the_file_while_others_read() {
    let folder = folder_of(newest());
    let (cache, _) = open(folder.path()).await;
    let text: String = sqlx::query_scalar("SELECT document FROM question LIMIT 1")
        .fetch_one(&cache.readers())
        .await
        .unwrap();
    let size = || std::fs::metadata(&cache.file).unwrap().len();
    let before = size();
    cache.apply(batch(&text, 20), None).await.unwrap();
    cache.move_log().await.unwrap();
    assert_eq!(size(), before, "so little waits for more");
    cache.apply(batch(&text, 3_000), None).await.unwrap();
    assert_eq!(size(), before, "no batch waits for it");
    let mut reading = cache.readers().begin().await.unwrap();
    let count = "SELECT count(*) FROM question";
    let read: u32 = sqlx::query_scalar(count).fetch_one(&mut *reading).await.unwrap();
    cache.move_log().await.unwrap();
    assert!(size() > before + 1_000_000);
    assert_eq!(
        sqlx::query_scalar::<_, u32>(count)
            .fetch_one(&mut *reading)
            .await
            .unwrap(),
        read
    );
    drop(reading);
    cache.close().await;
}

#[tokio::test]
async fn closing_gives_up_reading_the_file_through_and_then_vouches_for_nothing() {
    let folder = folder_of(newest());
    let (cache, _) = open(folder.path()).await;
    let text: String = sqlx::query_scalar("SELECT document FROM question LIMIT 1")
        .fetch_one(&cache.readers())
        .await
        .unwrap();
    cache.apply(batch(&text, 3_000), None).await.unwrap();
    cache.damage.is_closing.store(true, Ordering::Relaxed);
    let given_up = check_until_closing(&cache.readers(), "PRAGMA quick_check(1)", &cache.damage).await;
    assert!(!is_damage(&given_up.unwrap_err()));
    cache.damage.is_sound.store(false, Ordering::Relaxed);
    cache.close().await;
    assert!(!mark_of(&cache.file).exists());
}

#[tokio::test]
async fn offers_of_an_earlier_versions_file_are_narrowed_sorted_and_summed_as_those_that_come() {
    for migration in MIGRATIONS.iter() {
        let version = migration.version;
        let folder = folder_of(version);
        let (cache, _) = open(folder.path()).await;
        let (id, expert, text): (Vec<u8>, Vec<u8>, String) =
            sqlx::query_as("SELECT id, expert_id, document FROM offer LIMIT 1")
                .fetch_one(&cache.readers())
                .await
                .unwrap();
        let mut document: proffer_protocol::OfferDocument = serde_json::from_str(&text).unwrap();
        let price = document.offer.terms.price;
        let all = || OfferQuery::all_of(AccountId(id_of(&expert)), Vec::new());
        let of_words = |words: &[&str]| OfferQuery {
            kind: Some(document.offer.terms.kind),
            category: Some(document.offer.category_id),
            currency: Some(price.currency),
            min_minor: price.amount_minor,
            max_minor: price.amount_minor,
            words: words.iter().map(ToString::to_string).collect(),
            ..all()
        };
        let number = format!("r-{}", document.number);
        let states = [document.offer.state];
        let page = async |query: &OfferQuery| cache.offer_page(query, &states, 0, 10).await.unwrap().len();
        assert_eq!(page(&of_words(&[&number])).await, 1, "{version}");
        assert_eq!(page(&of_words(&[&number, "nowhere"])).await, 0, "{version}");
        let count: u32 = sqlx::query_scalar("SELECT count(*) FROM offer WHERE expert_id = ?")
            .bind(expert.clone())
            .fetch_one(&cache.readers())
            .await
            .unwrap();
        let sums = cache.offer_sums(&all()).await.unwrap();
        assert_eq!(sums.iter().map(|sum| sum.count).sum::<u32>(), count, "{version}");
        let alone = cache.offer_sums(&of_words(&[&number])).await.unwrap();
        assert_eq!(alone[0].amount, price, "{version}");

        document.revision += 1;
        document.offer.terms.title = "Walruses".to_owned();
        let change = crate::ports::ChangeText {
            entity: Some(Entity::Offer),
            id: id_of(&id),
            document: Some(serde_json::value::to_raw_value(&document).unwrap()),
        };
        let batch = Batch::read(vec![change], AccountId(Uuid::nil())).unwrap();
        cache.apply(batch, None).await.unwrap();
        assert_eq!(page(&of_words(&["walrus"])).await, 1, "{version}");
        cache.close().await;
    }
}

#[tokio::test]
async fn an_offer_of_an_earlier_version_that_cannot_be_read_is_damage() {
    // The last version that did not read offers into columns.
    let before = MIGRATIONS
        .iter()
        .take_while(|migration| migration.description != "page offers")
        .map(|migration| migration.version)
        .last()
        .unwrap();
    let folder = folder_of(before);
    let file = SqliteConnectOptions::new().filename(folder.path().join("cache.db"));
    let pool = SqlitePoolOptions::new().connect_with(file).await.unwrap();
    sqlx::query("UPDATE offer SET document = '{}'")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let (cache, aside) = open(folder.path()).await;
    assert!(aside.is_some_and(|aside| aside.exists()));
    cache.close().await;
}
