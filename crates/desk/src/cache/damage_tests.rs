//! Damage that SQLite's own quick check does not see, looked for when something could not be read.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use std::time::Duration;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

async fn filled() -> (tempfile::TempDir, Cache) {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let fixture = format!("{}/tests/fixtures/cache/{newest}.db", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(fixture, folder.path().join("cache.db")).unwrap();
    let (cache, aside) = Cache::open(folder.path(), now(), CacheKey::default()).await.unwrap();
    assert_eq!(aside, None);
    (folder, cache)
}

/// What a look by the desk's readers says.
async fn look(cache: &Cache) -> Result<()> {
    check_with(&cache.readers(), "PRAGMA integrity_check(1)").await?;
    inspect_documents(&cache.readers(), &Damage::default()).await
}

#[tokio::test]
async fn a_look_finds_nothing_wrong_with_a_sound_file() {
    let (_folder, cache) = filled().await;
    while cache.index_some().await.unwrap() {}
    look(&cache).await.unwrap();
    cache.close().await;
}

#[tokio::test]
async fn a_document_that_cannot_be_read_is_damage_and_is_told() {
    for spoilt in [
        "CAST(X'7B22A0227D' AS TEXT)",
        "'{\"question\":{}'",
        "replace(document, '\"title\"', '\"tytle\"')",
    ] {
        let (_folder, cache) = filled().await;
        let statement =
            format!("UPDATE question SET document = {spoilt} WHERE rowid = (SELECT max(rowid) FROM question)");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&cache.writer())
            .await
            .unwrap();
        assert!(check(&cache.readers()).await.is_ok(), "the file itself is sound");
        assert!(is_damage(&look(&cache).await.unwrap_err()), "{spoilt}");
        cache.look_for_damage(now());
        tokio::time::timeout(Duration::from_secs(30), cache.damaged())
            .await
            .unwrap();
        cache.close().await;
    }
}

#[tokio::test]
async fn a_file_that_cannot_say_where_it_stands_is_built_anew() {
    let (folder, cache) = filled().await;
    sqlx::query("UPDATE meta SET value = CAST(X'6FA06F' AS TEXT) WHERE name = 'synced_at'")
        .execute(&cache.writer())
        .await
        .unwrap();
    cache.close().await;
    let (cache, aside) = Cache::open(folder.path(), now(), CacheKey::default()).await.unwrap();
    assert!(aside.is_some_and(|aside| aside.exists()));
    assert_eq!(cache.place().await.unwrap(), Place::default());
    cache.close().await;
}
