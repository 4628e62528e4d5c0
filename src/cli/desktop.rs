//! `vitrine install-desktop`: the program among this user's applications, opening structures by double click.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::Failure;
use crate::storage::write_atomic;

const ICON: &[u8] = include_bytes!("../../assets/icon.png");
const ENTRY: &str = include_str!("../../assets/vitrine.desktop");
const MIME: &str = include_str!("../../assets/vitrine-mime.xml");

/// Files that belong to the desktop entry, with what is in them.
fn files() -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    if !cfg!(target_os = "linux") {
        bail!("this command is for Linux desktops; on Windows and macOS double-click the program itself");
    }
    let base = directories::BaseDirs::new().context("no home folder is known")?;
    let data = base.data_dir();
    let program = std::env::current_exe().context("the program does not know its own file")?;
    let entry = ENTRY.replace("@PROGRAM@", &exec_quoted(&program.display().to_string()));
    Ok(vec![
        (data.join("applications/vitrine.desktop"), entry.into_bytes()),
        (data.join("icons/hicolor/256x256/apps/vitrine.png"), ICON.to_vec()),
        (data.join("mime/packages/vitrine.xml"), MIME.as_bytes().to_vec()),
    ])
}

/// Quoted as the Desktop Entry Specification wants an argument of `Exec`.
fn exec_quoted(path: &str) -> String {
    let mut quoted = String::from('"');
    for letter in path.chars() {
        match letter {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', letter]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

pub(super) fn install() -> Result<(), Failure> {
    for (path, content) in files()? {
        write_atomic(&path, &content)?;
        println!("wrote {}", path.display());
    }
    refresh_databases();
    println!("Vitrine is now among your applications.");
    Ok(())
}

pub(super) fn uninstall() -> Result<(), Failure> {
    let mut removed = 0;
    for (path, _) in files()? {
        match std::fs::remove_file(&path) {
            Ok(()) => {
                println!("removed {}", path.display());
                removed += 1;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(anyhow::anyhow!("cannot remove ({error}): {}", path.display()).into());
            }
        }
    }
    refresh_databases();
    if removed == 0 {
        println!("Vitrine was not among your applications.");
    }
    Ok(())
}

/// Desktops that keep databases are told; without these programs they look for themselves at the next login.
fn refresh_databases() {
    let Some(base) = directories::BaseDirs::new() else { return };
    for (program, folder) in [("update-mime-database", "mime"), ("update-desktop-database", "applications")] {
        let outcome = std::process::Command::new(program).arg(base.data_dir().join(folder)).output();
        if let Err(error) = outcome {
            log::debug!("{program} did not run: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_spaces_and_signs_are_quoted() {
        assert_eq!(exec_quoted("/opt/my apps/vitrine"), "\"/opt/my apps/vitrine\"");
        assert_eq!(exec_quoted("/o$p/100%"), "\"/o\\\\$p/100%%\"");
    }
}
