//! What lies over the window: menus and dialogs, whose keys are their own.

use eframe::egui::{Context, Id, Popup};

/// Notes at the beginning of a frame whether a menu is open. The key that closes it is the menu's, though it is closed when
/// others look.
pub fn note(ctx: &Context) {
    let is_open = Popup::is_any_open(ctx);
    ctx.data_mut(|data| data.insert_temp(id(), is_open));
}

/// Whether a menu or a dialog lies over the window, or a menu did when the frame began.
#[must_use]
pub fn is_something_over(ctx: &Context) -> bool {
    Popup::is_any_open(ctx)
        || ctx.data(|data| data.get_temp(id()).unwrap_or(false))
        || ctx.memory(|memory| memory.top_modal_layer().is_some())
}

fn id() -> Id {
    Id::unique("a menu was open")
}
