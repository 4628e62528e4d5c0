//! The program itself, driven as a user drives it: what it prints, what it writes, its exit codes.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn vitrine(arguments: &[&str]) -> Output {
    let state = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_vitrine"))
        .args(arguments)
        .env("VITRINE_DATA_DIR", state.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap()
}

fn sample(file: &str) -> String {
    format!("{}/assets/samples/crystals/{file}", env!("CARGO_MANIFEST_DIR"))
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn info_has_the_fields_that_scripts_read() {
    let output = vitrine(&["crystal", "info", &sample("nacl.cif"), "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let info = json(&output);
    assert_eq!(info["formula"], "NaCl");
    assert_eq!(info["format"], "CIF");
    assert_eq!(info["composition"], serde_json::json!({"Na": 4, "Cl": 4}));
    assert_eq!((info["sites"].as_u64(), info["asymmetric_sites"].as_u64()), (Some(8), Some(2)));
    assert_eq!(info["cell"]["a"].as_f64(), Some(5.6402));
    assert!((info["cell"]["volume"].as_f64().unwrap() - 5.6402_f64.powi(3)).abs() < 1e-4);
    // 4 formula units of 58.44 u in 179.43 Å³.
    assert!((info["density_g_cm3"].as_f64().unwrap() - 2.1634).abs() < 1e-3);
    assert_eq!(info["space_group"], serde_json::json!({"number": 225, "symbol": "Fm-3m"}));
    assert_eq!(info["warnings"], serde_json::json!([]));
}

#[test]
fn one_broken_file_fails_alone_and_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("with space.cif");
    std::fs::write(&broken, "data_x\n_cell_length_a 4\n_cell_length_b oops\n").unwrap();
    let output = vitrine(&["crystal", "info", broken.to_str().unwrap(), &sample("copper.cif"), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(message.contains("with space.cif") && message.contains("line "), "{message}");
    assert_eq!(json(&output)[0]["formula"], "Cu", "the other file is still told");
}

#[test]
fn missing_files_and_wrong_words_have_their_exit_codes() {
    let output = vitrine(&["crystal", "info", "/no/such/file.cif"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/no/such/file.cif"));
    for wrong in [
        &["crystal", "info"][..],
        &["crystal", "render", "x.cif", "--out", "x.png", "--size", "0x5"],
        &["crystal", "render", "x.cif", "--out", "x.png", "--size", "99999x5"],
        &["crystal", "render", "x.cif", "--out", "x.png", "--view", "sideways"],
        &["crystal", "render", "x.cif", "--out", "x.png", "--background", "red"],
        &["crystal", "render", "x.cif", "--out", "x.png", "--dpi", "nan"],
        &["--no-such-flag"],
    ] {
        let output = vitrine(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {}", stderr(&output));
    }
    assert_eq!(vitrine(&["--help"]).status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_files_like_others() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9 \xff.cif"));
    std::fs::copy(sample("copper.cif"), &path).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_vitrine"))
        .args(["crystal", "info", "--json"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(json(&output)["formula"], "Cu");
}

#[test]
fn render_writes_the_picture_on_gpu_and_processor() {
    let folder = tempfile::tempdir().unwrap();
    let draw = |name: &str, extra: &[&str]| {
        let out = folder.path().join(name);
        let mut arguments = vec!["crystal", "render"];
        let file = sample("rutile.cif");
        arguments.extend([file.as_str(), "--out", out.to_str().unwrap(), "--size", "120x90", "--view", "c*"]);
        arguments.extend(extra);
        let output = vitrine(&arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        image::open(&out).unwrap().into_rgba8()
    };
    let gpu = draw("gpu.png", &["--background", "#ffffff"]);
    let cpu = draw("cpu.png", &["--background", "#ffffff", "--cpu"]);
    assert_eq!(gpu.dimensions(), (120, 90));
    let unlike =
        gpu.pixels().zip(cpu.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(x, y)| x.abs_diff(y) > 12));
    assert!(unlike.count() < 40);
    let clear = draw("clear.png", &["--background", "transparent"]);
    assert_eq!(clear.get_pixel(119, 0).0[3], 0);
    assert!(clear.pixels().any(|pixel| pixel.0[3] == 255));
}

#[test]
fn the_users_file_is_never_written_to() {
    let folder = tempfile::tempdir().unwrap();
    // Structures are told by their content too, so this name can be both.
    let file = folder.path().join("mine.png");
    std::fs::copy(sample("copper.cif"), &file).unwrap();
    let before = std::fs::read(&file).unwrap();
    let name = file.to_str().unwrap();
    let output = vitrine(&["crystal", "render", name, "--out", name, "--size", "10x10"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_file_that_is_read_in_part_is_told_and_counts_as_failed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.xyz");
    std::fs::write(&path, "1\nfirst\nCu 0 0 0\n2\nsecond\nCu 0 0 zz\nCu 0 0 1\n").unwrap();
    let output = vitrine(&["crystal", "info", path.to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["formula"], "Cu");
    assert!(stderr(&output).contains("line 6"), "{}", stderr(&output));
}

#[test]
fn the_data_folder_may_be_named_before_the_command() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().to_str().unwrap();
    for arguments in [["--data-dir", folder, "doctor", "--json"], ["doctor", "--data-dir", folder, "--json"]]
    {
        let output = vitrine(&arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(json(&output)["directories"]["config"].as_str().unwrap().starts_with(folder));
    }
}

#[test]
fn doctor_names_the_adapter_the_path_and_the_folders() {
    let output = vitrine(&["doctor", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = json(&output);
    assert!(!report["adapters"].as_array().unwrap().is_empty());
    assert!(report["chosen"]["adapter"]["name"].is_string());
    let is_software = report["chosen"]["adapter"]["software"].as_bool().unwrap();
    assert_eq!(report["compute"]["path"], if is_software { "flex" } else { "wgpu" });
    assert!(Path::new(report["directories"]["config"].as_str().unwrap()).is_absolute());
    // These tests run it without a desktop.
    if cfg!(target_os = "linux") {
        assert!(
            report["missing"]
                .as_array()
                .unwrap()
                .iter()
                .any(|m| m["remedy"].as_str().unwrap().contains("xvfb"))
        );
    }
}

/// Without a Vulkan driver and without GL there is no adapter; what needs none still works.
#[cfg(target_os = "linux")]
#[test]
fn without_an_adapter_the_package_is_named_and_other_commands_work() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("picture.png");
    let blind = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_vitrine"))
            .args(arguments)
            .env("VK_DRIVER_FILES", "/nonexistent")
            .env("VK_ICD_FILENAMES", "/nonexistent")
            .env("WGPU_BACKEND", "vulkan")
            .env_remove("DISPLAY")
            .output()
            .unwrap()
    };
    let output = blind(&["doctor"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("mesa-vulkan-drivers"));
    let info = blind(&["crystal", "info", &sample("nacl.cif")]);
    assert_eq!(info.status.code(), Some(0));
    let file = sample("nacl.cif");
    let render = blind(&["crystal", "render", &file, "--out", out.to_str().unwrap(), "--size", "40x30"]);
    assert_eq!(render.status.code(), Some(0), "{}", stderr(&render));
    assert!(stderr(&render).contains("processor") && out.exists());
}

#[test]
fn a_window_without_a_desktop_says_so() {
    let output = vitrine(&[]);
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(message.contains("no desktop") && message.contains("--help"), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_desktop_entry_comes_and_goes() {
    let home = tempfile::tempdir().unwrap();
    let run = |command: &str| {
        Command::new(env!("CARGO_BIN_EXE_vitrine"))
            .arg(command)
            .env("HOME", home.path())
            .env_remove("XDG_DATA_HOME")
            .output()
            .unwrap()
    };
    let entry = home.path().join(".local/share/applications/vitrine.desktop");
    assert!(run("install-desktop").status.success());
    let text = std::fs::read_to_string(&entry).unwrap();
    assert!(text.contains(env!("CARGO_BIN_EXE_vitrine")) && text.contains("chemical/x-cif"), "{text}");
    assert!(home.path().join(".local/share/icons/hicolor/256x256/apps/vitrine.png").exists());
    assert!(run("uninstall-desktop").status.success());
    assert!(!entry.exists());
    assert!(run("uninstall-desktop").status.success(), "nothing to remove is no failure");
}
