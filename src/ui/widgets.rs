//! Small pieces that every workspace uses.

use eframe::egui::{self, Response, RichText, WidgetText};

use super::Theme;
pub use crate::units::{bytes, seconds};

/// A frameless button that shows a sign and has a name for screen readers and tests.
pub fn icon_button(ui: &mut egui::Ui, sign: &str, name: &str) -> Response {
    let response = ui.add(egui::Button::new(sign).frame_when_inactive(false));
    named(response, name).on_hover_text(name)
}

/// Gives a widget another name than its text for screen readers and tests.
pub fn named(response: Response, name: &str) -> Response {
    let enabled = response.enabled();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, name));
    response
}

/// A heading of a group in a side panel.
pub fn section(ui: &mut egui::Ui, title: &str) {
    ui.add_space(Theme::get().space_small);
    ui.label(RichText::new(title).small().strong().color(Theme::of(ui).text_weak.egui()));
}

/// Rows of name and value, aligned.
pub fn facts(ui: &mut egui::Ui, id: &str, rows: &[(&str, String)]) {
    egui::Grid::new(id).num_columns(2).spacing([12.0, 4.0]).min_row_height(0.0).show(ui, |ui| {
        for (name, value) in rows {
            ui.label(RichText::new(*name).color(Theme::of(ui).text_weak.egui()));
            ui.add(egui::Label::new(value.as_str()).wrap());
            ui.end_row();
        }
    });
}

/// The path that was typed or pasted: file managers and terminals quote it or write it as an address. `None` when there is none.
#[must_use]
pub fn typed_path(text: &str) -> Option<std::path::PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    let path = text.strip_prefix("file://").map_or_else(|| text.to_owned(), decoded);
    (!path.is_empty()).then(|| path.into())
}

/// An address with its `%20` and the like as the letters they stand for; as it is where they stand for no text.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code =
            after.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| address.to_owned())
}

/// A text that belongs to a field, in a tone that steps back.
pub fn hint(text: impl Into<String>) -> WidgetText {
    RichText::new(text).weak().into()
}

/// Gives a field (a number, a choice) a name for screen readers and tests, and says it on hover.
pub fn renamed(response: Response, name: &str) -> Response {
    response.accessible_name(name).on_hover_text(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use eframe::egui::FontFamily;
    use ttf_parser::Face;

    use super::decoded;

    /// All sources of rooms that are windows.
    fn sources(folder: &Path, is_window: bool, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, is_window || ["app", "ui"].iter().any(|room| path.ends_with(room)), found);
            } else if is_window {
                found.push(path);
            }
        }
    }

    /// A machine with few fonts shows boxes for what egui's own do not have.
    #[test]
    fn every_letter_of_the_window_is_in_the_fonts_it_comes_with() {
        let fonts = crate::ui::theme::fonts();
        let names = &fonts.families[&FontFamily::Proportional];
        let faces: Vec<Face<'_>> = names
            .iter()
            .map(|name| Face::parse((*fonts.font_data[name].font).as_ref(), 0).unwrap())
            .collect();
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), false, &mut files);
        assert!(files.len() > 60);
        let mut missing = BTreeSet::new();
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for letter in lines.flat_map(str::chars).filter(|letter| !letter.is_ascii()) {
                if faces.iter().all(|face| face.glyph_index(letter).is_none()) {
                    missing.insert((letter, file.clone()));
                }
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn addresses_become_paths() {
        assert_eq!(decoded("/a%20b/%C3%A9.cif"), "/a b/é.cif");
        assert_eq!(decoded("/100%"), "/100%");
        assert_eq!(decoded("/%FF"), "/%FF");
    }
}
