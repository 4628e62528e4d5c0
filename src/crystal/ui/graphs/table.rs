//! A table of text beside a graph: rows that can be clicked, and copied all together.

use eframe::egui::{self, RichText};

use crate::ui::Theme;

/// Draws the rows that are seen. Returns the row that was clicked.
pub(super) fn rows_ui(
    ui: &mut egui::Ui,
    id: &str,
    header: &str,
    count: usize,
    marked: Option<usize>,
    copied: impl FnOnce() -> String,
    line: impl Fn(usize) -> String,
) -> Option<usize> {
    let theme = Theme::get();
    let mut clicked = None;
    let area_of_table = ui.available_rect_before_wrap();
    ui.horizontal(|ui| {
        ui.add_space(theme.space_small);
        let words = RichText::new(header).monospace().size(theme.text_small).weak();
        ui.add(egui::Label::new(words).extend());
    });
    let spacing = ui.spacing_mut();
    spacing.item_spacing.y = 0.0;
    spacing.button_padding = egui::vec2(theme.space_small, 1.0);
    let height = ui.text_style_height(&egui::TextStyle::Monospace) + theme.space_small;
    ui.spacing_mut().interact_size.y = height;
    let mut area = egui::ScrollArea::both().id_salt(id).auto_shrink([false, false]);
    // What was chosen elsewhere comes into sight once.
    let remembered = ui.scope_id().with((id, "marked"));
    let before = ui.data(|data| data.get_temp::<Option<usize>>(remembered)).flatten();
    if before != marked {
        ui.data_mut(|data| data.insert_temp(remembered, marked));
        if let Some(row) = marked {
            let row_height = height + ui.spacing().item_spacing.y;
            let offset = row as f32 * row_height - 0.4 * ui.available_height();
            area = area.vertical_scroll_offset(offset.max(0.0));
        }
    }
    area.show_rows(ui, height, count, |ui, rows| {
        for row in rows {
            let text = RichText::new(line(row)).monospace().size(theme.text_small);
            let button = egui::Button::selectable(marked == Some(row), text)
                .wrap_mode(egui::TextWrapMode::Extend)
                .min_size(egui::vec2(ui.available_width(), height));
            if ui.add(button).clicked() {
                clicked = Some(row);
            }
        }
    });
    // Over the last row, where nothing of interest stands at its end.
    let size = egui::vec2(52.0, 22.0);
    let corner = egui::Rect::from_min_size(area_of_table.right_bottom() - size - egui::vec2(16.0, 4.0), size);
    let button = egui::Button::new(RichText::new("Copy").size(theme.text_small));
    let copy = ui.put(corner, button).on_hover_text("The table as text, for a spreadsheet");
    if copy.clicked() {
        ui.ctx().copy_text(copied());
    }
    clicked
}

/// Lines under a header.
pub(super) fn tabbed(header: &str, rows: impl Iterator<Item = String>) -> String {
    let mut text = header.to_owned();
    for row in rows {
        text.push('\n');
        text.push_str(&row);
    }
    text
}
