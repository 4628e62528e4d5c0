//! What can be typed next: the list under the field, and its keys.

use eframe::egui::{self, Key, Modifiers, RichText};

use crate::library::ui::search::Search;
use crate::ui::Theme;

/// Keys in the field: whether one leads out of it, and the completion that one takes.
pub(super) fn completion_keys(ui: &egui::Ui, search: &mut Search) -> (bool, Option<usize>) {
    let list = &mut search.completions;
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let count = list.list.len();
    if count == 0 {
        return (pressed(Key::ArrowDown) || ui.input(|input| input.key_pressed(Key::Enter)), None);
    }
    if pressed(Key::Escape) {
        list.close();
        return (false, None);
    }
    if pressed(Key::ArrowDown) {
        list.chosen = Some(list.chosen.map_or(0, |at| (at + 1) % count));
    }
    if pressed(Key::ArrowUp) {
        list.chosen = Some(list.chosen.map_or(count - 1, |at| (at + count - 1) % count));
    }
    if pressed(Key::Tab) {
        return (false, Some(list.chosen.unwrap_or(0)));
    }
    if let Some(at) = list.chosen
        && pressed(Key::Enter)
    {
        return (false, Some(at));
    }
    let leaves = ui.input(|input| input.key_pressed(Key::Enter));
    if leaves {
        list.close();
    }
    (leaves, None)
}

/// The list under the field; the row that was clicked.
pub(super) fn completions_ui(field: &egui::Response, tags_height: f32, search: &Search) -> Option<usize> {
    let list = &search.completions;
    if list.list.is_empty() || list.text != search.text {
        return None;
    }
    let mut clicked = None;
    egui::Popup::from_response(field)
        .id(field.id.with("completions"))
        .open(true)
        .close_behavior(egui::PopupCloseBehavior::IgnoreClicks)
        .gap(2.0 + tags_height)
        .show(|ui| {
            ui.set_min_width(Theme::get().sidebar_width);
            for (at, completion) in list.list.iter().enumerate() {
                let button = egui::Button::selectable(list.chosen == Some(at), &completion.label)
                    .shortcut_text(RichText::new(&completion.note).small())
                    .min_size(egui::vec2(ui.available_width(), 0.0));
                let response = ui.add(button);
                // Pressed, not clicked: the field loses the focus when the button goes down.
                if response.is_pointer_button_down_on() || response.clicked() {
                    clicked = Some(at);
                }
            }
        });
    clicked
}
