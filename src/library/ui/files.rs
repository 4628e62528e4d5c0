//! Showing a file in the system's own file manager.

use std::path::Path;
use std::process::{Command, Stdio};

/// Opens the file manager with the file selected where the system can do that, else with its folder. Blocks.
///
/// # Errors
/// A sentence that says what could not be started.
pub fn reveal(path: &Path) -> Result<(), String> {
    if cfg!(target_os = "macos") {
        return run(Command::new("open").arg("-R").arg(path));
    }
    if cfg!(windows) {
        let mut argument = std::ffi::OsString::from("/select,");
        argument.push(path);
        // The explorer ends with 1 whatever happens.
        return Command::new("explorer").arg(argument).spawn().map(drop).map_err(|error| error.to_string());
    }
    let mut show_items = Command::new("dbus-send");
    show_items
        .args(["--session", "--print-reply", "--reply-timeout=3000", "--dest=org.freedesktop.FileManager1"])
        .args(["--type=method_call", "/org/freedesktop/FileManager1"])
        .arg("org.freedesktop.FileManager1.ShowItems")
        .arg(format!("array:string:{}", address(path)))
        .arg("string:");
    if run(&mut show_items).is_ok() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    run(Command::new("xdg-open").arg(folder))
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} ended with {status}")),
        Err(error) => Err(format!("{program} cannot be started ({error})")),
    }
}

/// The address of a file, every byte that could mean something else written as `%2c` and the like.
fn address(path: &Path) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte);
    let letter = |byte: &u8| if plain(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    let path: String = path.as_os_str().as_encoded_bytes().iter().map(letter).collect();
    format!("file://{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_no_separators() {
        assert_eq!(address(Path::new("/a b/c,d%é.jpg")), "file:///a%20b/c%2Cd%25%C3%A9.jpg");
    }
}
