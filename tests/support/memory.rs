//! What the window says about memory on the device.

use vitrine::app::App;
use vitrine::gpu::Owner;

/// Bytes that the crystal view holds.
pub fn crystal_bytes(app: &App) -> u64 {
    let owners = app.gpu().ledger.by_owner();
    owners.iter().find(|entry| entry.owner == Owner::Crystals).map_or(0, |entry| entry.bytes)
}
