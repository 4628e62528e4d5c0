//! `vitrine library`, as scripts use it.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

#[path = "support/photos.rs"]
mod photos;
#[path = "support/plain.rs"]
mod pictures;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use photos::scene;
use pictures::{plain, save};
use serde_json::Value;

fn command(state: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command
        .args(arguments)
        .env("VITRINE_DATA_DIR", state)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    command
}

fn vitrine(state: &Path, arguments: &[&str]) -> Output {
    command(state, arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn index_search_duplicates_list_and_forget() {
    let place = tempfile::tempdir().unwrap();
    let (state, photos) = (place.path().join("state"), place.path().join("photos"));
    for seed in 0..26 {
        save(&scene(seed, 120, 90), &photos.join(format!("{seed}.png")));
    }
    save(&plain([0, 128, 128]), &photos.join("sea.png"));
    fs::copy(photos.join("1.png"), photos.join("1b.png")).unwrap();
    fs::write(photos.join("bad.jpg"), "text").unwrap();
    let folder = photos.to_str().unwrap();

    let indexed = vitrine(&state, &["library", "index", folder, "--json", "--jobs", "2"]);
    assert_eq!(indexed.status.code(), Some(1), "a file could not be read");
    let report: Value = serde_json::from_slice(&indexed.stdout).unwrap();
    assert_eq!((&report["files"], &report["indexed"]), (&29.into(), &28.into()));
    assert_eq!(report["failed"][0]["path"], "bad.jpg");
    assert!(report["failed"][0]["error"].as_str().unwrap().contains("no picture"));
    assert!(report["images_per_sec"].as_f64().unwrap() > 0.0 && report["elapsed_secs"].is_number());

    let answer = json(&vitrine(&state, &["library", "search", folder, "teal", "--json", "--top", "3"]));
    let first = &answer["results"][0];
    assert!(first["path"].as_str().unwrap().ends_with("sea.png"));
    assert_eq!((first["rank"].as_u64(), answer["query"].as_str()), (Some(1), Some("teal")));
    assert!(first["relevance"].as_f64().unwrap() > 0.99 && first["parts"]["dense"].as_f64().unwrap() > 0.0);
    assert!(answer["elapsed_ms"].as_f64().unwrap() >= 0.0);
    let like = photos.join("7.png");
    let like = vitrine(&state, &["library", "search", folder, "--like", like.to_str().unwrap(), "--json"]);
    assert!(json(&like)["results"][0]["path"].as_str().unwrap().ends_with("7.png"));

    let groups = json(&vitrine(&state, &["library", "duplicates", folder, "--exact", "--json"]));
    assert_eq!(groups["groups"].as_array().unwrap().len(), 1);
    assert_eq!(groups["groups"][0]["kind"], "exact");
    assert_eq!(groups["groups"][0]["members"].as_array().unwrap().len(), 2);
    assert_eq!(groups["groups"][0]["members"][1]["distance"], 0);

    let listed = json(&vitrine(&state, &["library", "list", "--json"]));
    assert_eq!((&listed[0]["pictures"], &listed[0]["failed"]), (&28.into(), &1.into()));
    assert!(text(&vitrine(&state, &["library", "forget", folder]).stdout).contains("untouched"));
    assert_eq!(vitrine(&state, &["library", "forget", folder]).status.code(), Some(1));
    assert_eq!(json(&vitrine(&state, &["library", "list", "--json"])), Value::Array(Vec::new()));
    assert_eq!(fs::read_dir(&photos).unwrap().count(), 29);
}

#[test]
fn info_tells_everything_about_a_picture() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("plain.png");
    save(&plain([255, 0, 0]), &file);
    let info = json(&vitrine(place.path(), &["library", "info", file.to_str().unwrap(), "--json"]));
    let info = &info[0];
    assert_eq!((&info["format"], &info["width"], &info["height"]), (&"png".into(), &160.into(), &120.into()));
    assert_eq!(info["blake3"], blake3::hash(&fs::read(&file).unwrap()).to_hex().as_str());
    assert_eq!(info["phash"].as_array().unwrap().len(), 8);
    assert_eq!(info["swatches"][0]["rgb"], "#ff0000");
    assert!(info["sections"].is_array());
    assert_eq!(info["values"]["width_px"], 160);

    let missing = vitrine(place.path(), &["library", "info", "nowhere.jpg"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("nowhere.jpg"));
}

#[test]
fn exports_replace_nothing_unasked_and_never_a_picture() {
    let place = tempfile::tempdir().unwrap();
    let (state, photos) = (place.path().join("state"), place.path().join("photos"));
    save(&scene(1, 120, 90), &photos.join("a.png"));
    save(&scene(2, 120, 90), &photos.join("b.png"));
    let (folder, table) = (photos.to_str().unwrap(), place.path().join("table.csv"));
    let export = |to: &Path, more: &[&str]| {
        let to = to.to_str().unwrap();
        vitrine(&state, &[&["library", "export", folder, "--query", "name:a", "--csv", to], more].concat())
    };
    assert!(export(&table, &[]).status.success());
    let first = fs::read(&table).unwrap();
    fs::write(&table, "mine").unwrap();
    let refused = export(&table, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("--overwrite"));
    assert_eq!(fs::read(&table).unwrap(), b"mine");
    assert!(export(&table, &["--overwrite"]).status.success());
    assert_eq!(fs::read(&table).unwrap(), first);
    for picture in ["a.png", "b.png"] {
        let before = fs::read(photos.join(picture)).unwrap();
        let refused = export(&photos.join(picture), &["--overwrite"]);
        assert_eq!(refused.status.code(), Some(1), "{picture}");
        assert!(text(&refused.stderr).contains("one of the pictures"));
        assert_eq!(fs::read(photos.join(picture)).unwrap(), before);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn any_name_is_told_in_json() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = tempfile::tempdir().unwrap();
    let (state, photos) = (place.path().join("state"), place.path().join("photos"));
    save(&scene(1, 120, 90), &photos.join("a.png"));
    let odd = photos.join(std::ffi::OsStr::from_bytes(b"\xff.png"));
    fs::rename(photos.join("a.png"), &odd).unwrap();
    fs::copy(&odd, photos.join("b.png")).unwrap();
    let folder = photos.to_str().unwrap();
    let found = json(&vitrine(&state, &["library", "search", folder, "--json"]));
    let inexact = |member: &Value| member["path_is_exact"] == Value::Bool(false);
    assert_eq!(found["results"].as_array().unwrap().iter().filter(|found| inexact(found)).count(), 1);
    let groups = json(&vitrine(&state, &["library", "duplicates", folder, "--json"]));
    assert_eq!(groups["groups"][0]["members"].as_array().unwrap().iter().filter(|m| inexact(m)).count(), 1);
}

#[test]
fn words_need_no_quotes_and_fields_are_in_the_help() {
    let place = tempfile::tempdir().unwrap();
    let photos = place.path().join("photos");
    save(&scene(1, 120, 90), &photos.join("red boat.png"));
    save(&scene(2, 120, 90), &photos.join("blue boat.png"));
    let state = place.path().join("state");
    let search = |query: &[&str]| {
        let folder = photos.to_str().unwrap();
        let answer = json(&vitrine(&state, &[&["library", "search", folder, "--json"], query].concat()));
        answer["results"].as_array().unwrap().len()
    };
    assert_eq!((search(&["boat"]), search(&["name:red", "boat"]), search(&["-name:red"])), (2, 1, 1));
    let help = text(&vitrine(&state, &["library", "search", "--help"]).stdout);
    assert!(["camera:", "near:", "iso:", "rating:"].iter().all(|field| help.contains(field)), "{help}");
}

#[test]
fn wrong_use_is_told_in_words() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().to_str().unwrap();
    let told = |arguments: &[&str]| {
        let output = vitrine(&place.path().join("state"), arguments);
        assert_ne!(output.status.code(), Some(0), "{arguments:?}");
        text(&output.stderr)
    };
    assert!(told(&["library", "index", "/nowhere/at/all"]).contains("is its drive connected"));
    assert!(told(&["library", "search", "--no-index", folder, "x"]).contains("not been indexed"));
    assert!(told(&["library", "search", folder, "camra:nikon"]).contains("camera:"));
    assert!(told(&["library", "search", folder, "--like", "nowhere.png"]).contains("nowhere.png"));
    assert!(told(&["library", "duplicates", folder, "--similarity", "2"]).contains("from 0 to 1"));
}

#[test]
fn a_killed_indexing_loses_nothing() {
    let place = tempfile::tempdir().unwrap();
    let (state, photos) = (place.path().join("state"), place.path().join("photos"));
    for seed in 0..60 {
        save(&scene(seed, 400, 300), &photos.join(format!("{seed}.png")));
    }
    let folder = photos.to_str().unwrap();
    for wait in [60, 150, 300, 500] {
        let mut child = command(&state, &["library", "index", folder, "--jobs", "1"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let report = json(&vitrine(&state, &["library", "index", folder, "--json"]));
    assert_eq!(report["indexed"].as_u64().unwrap() + report["unchanged"].as_u64().unwrap(), 60);
    assert_eq!(report["failed"], Value::Array(Vec::new()));
    let again = json(&vitrine(&state, &["library", "index", folder, "--json"]));
    assert_eq!((&again["indexed"], &again["unchanged"]), (&0.into(), &60.into()));
    let answer = json(&vitrine(&state, &["library", "search", folder, "", "--top", "100", "--json"]));
    assert_eq!(answer["results"].as_array().unwrap().len(), 60);
}
