//! Checks the shaders, and tells the program which revision it was built from.
//!
//! Nothing here downloads, and a missing git only leaves the revision out.

use std::{fs, path::Path, process::Command};

fn main() {
    check_shaders(Path::new("shaders"));
    embed_revision();
}

/// A shader that does not parse or validate stops the build, with the place in the file.
fn check_shaders(folder: &Path) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else {
        println!("cargo::error=the folder {} is missing", folder.display());
        return;
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "wgsl")) {
        let source = match fs::read_to_string(file) {
            Ok(source) => source,
            Err(error) => {
                println!("cargo::error=cannot read {}: {error}", file.display());
                continue;
            }
        };
        if let Err(message) = validate(&source, &file.display().to_string()) {
            for line in message.lines() {
                println!("cargo::error={line}");
            }
        }
    }
}

fn validate(source: &str, name: &str) -> Result<(), String> {
    let module =
        naga::front::wgsl::parse_str(source).map_err(|error| error.emit_to_string_with_path(source, name))?;
    naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::all())
        .validate(&module)
        .map(drop)
        .map_err(|error| error.emit_to_string_with_path(source, name))
}

fn embed_revision() {
    // A path that is not there would make every build run this again.
    for path in [".git/HEAD", ".git/refs/heads"].into_iter().filter(|path| Path::new(path).exists()) {
        println!("cargo::rerun-if-changed={path}");
    }
    let output = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
    let revision = match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => String::new(),
    };
    println!("cargo::rustc-env=VITRINE_REVISION={revision}");
}
