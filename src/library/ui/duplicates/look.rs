//! What the parts of the view have in common: colours of kinds, small pictures, facts in words.

use std::{path::Path, sync::Arc};

use eframe::egui::{self, Color32, CornerRadius, Rect};

use super::super::thumbs::{Look, Thumbnails, Wanted};
use crate::{
    figure::FigureTheme,
    library::{
        PictureId,
        duplicates::{Candidate, Kind},
        query::CivilDate,
        session::{Libraries, Table},
    },
    ui::{Mode, Theme, theme::Color},
    units::bytes,
};

/// Colour of a kind: those of curves, which colour-blind people tell apart.
pub(super) fn kind_color(ui: &egui::Ui, kind: Kind) -> Color32 {
    let theme = match Theme::mode(ui.visuals()) {
        Mode::Dark => FigureTheme::Dark,
        Mode::Light => FigureTheme::Screen,
    };
    let place = Kind::ALL.iter().position(|known| *known == kind).unwrap_or(0);
    Color(theme.palette().series(place)).egui()
}

/// The kind as headings name it.
pub(super) fn kind_title(kind: Kind) -> &'static str {
    match kind {
        Kind::Exact => "Same file",
        Kind::ReEncoded => "Re-encoded",
        Kind::Turned => "Turned",
        Kind::Edited => "Edited",
        Kind::Crop => "Crop",
        Kind::Burst => "Burst",
        Kind::SameScene => "Same scene",
    }
}

/// What a kind means.
pub(super) fn kind_hint(kind: Kind) -> &'static str {
    match kind {
        Kind::Exact => "The same bytes",
        Kind::ReEncoded => "The same picture, compressed or scaled again",
        Kind::Turned => "The same picture, rotated or mirrored",
        Kind::Edited => "The same picture, worked on",
        Kind::Crop => "A part of the other picture",
        Kind::Burst => "Another shot within seconds",
        Kind::SameScene => "Another shot of the same thing",
    }
}

/// A dot in the colour of a kind.
pub(super) fn kind_dot(ui: &mut egui::Ui, kind: Kind) {
    let height = ui.text_style_height(&egui::TextStyle::Body);
    let side = 0.6 * height;
    let (rect, _) = ui.allocate_exact_size(egui::vec2(side, height), egui::Sense::hover());
    ui.painter().circle_filled(rect.center(), 0.5 * side, kind_color(ui, kind));
}

/// The small pictures, and what is known of what they show.
pub(super) struct Small<'a> {
    thumbnails: &'a mut Thumbnails,
    table: Arc<Table>,
}

impl<'a> Small<'a> {
    pub fn new(thumbnails: &'a mut Thumbnails, libraries: &Libraries) -> Self {
        Self { thumbnails, table: libraries.table() }
    }

    /// Draws a picture whole in the middle of a frame; its tone while it is on its way. Pictures that go are dimmed and
    /// crossed out.
    pub fn draw(&mut self, ui: &egui::Ui, rect: Rect, id: Option<PictureId>, goes: bool) {
        let palette = Theme::of(ui);
        let painter = ui.painter();
        let corner = CornerRadius::same(Theme::get().corner / 2);
        let side_px = rect.width().max(rect.height()) * ui.ctx().pixels_per_point();
        let entry = id.and_then(|id| self.table.get(id));
        match entry.map(|entry| self.thumbnails.look(Wanted::new(entry, side_px))) {
            Some(Look::Thumb(thumb)) => {
                let tint = if goes { Color32::WHITE.gamma_multiply(0.3) } else { Color32::WHITE };
                let whole = Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
                let size = thumb.size();
                painter.image(thumb.texture.id(), fit(rect, size.x / size.y.max(1.0)), whole, tint);
            }
            Some(Look::Waiting(_)) => {
                painter.rect_filled(rect, corner, palette.hovered.egui());
            }
            Some(Look::Failed(_)) | None => {
                painter.rect_filled(rect, corner, palette.hovered.egui());
                let font = egui::TextStyle::Body.resolve(ui.style());
                painter.text(rect.center(), egui::Align2::CENTER_CENTER, "?", font, palette.text_weak.egui());
            }
        }
        if goes {
            let stroke = egui::Stroke::new(2.0, palette.error.egui());
            let cross = Rect::from_center_size(rect.center(), 0.4 * rect.size());
            painter.line_segment([cross.left_top(), cross.right_bottom()], stroke);
            painter.line_segment([cross.right_top(), cross.left_bottom()], stroke);
        }
    }
}

/// The largest rectangle of some proportions inside another.
pub(super) fn fit(rect: Rect, aspect: f32) -> Rect {
    let size = if rect.width() > rect.height() * aspect {
        egui::vec2(rect.height() * aspect, rect.height())
    } else {
        egui::vec2(rect.width(), rect.width() / aspect.max(1e-3))
    };
    Rect::from_center_size(rect.center(), size)
}

/// A file's name for people.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The same with the folder it lies in: cameras give the same names in every folder.
pub(super) fn name_with_folder(path: &Path) -> String {
    match path.parent().and_then(Path::file_name) {
        Some(folder) => format!("{}/{}", folder.to_string_lossy(), name(path)),
        None => name(path),
    }
}

/// Size, bytes, format, time and sharpness of a picture.
pub(super) fn facts(candidate: &Candidate) -> String {
    let size = format!("{} × {}", candidate.width, candidate.height);
    let format = candidate.format.name().to_uppercase();
    let taken = candidate.taken_secs.map(|secs| format!(" · taken {}", time_of(secs))).unwrap_or_default();
    let sharpness = format!("sharpness {:.2}", candidate.sharpness);
    format!("{size} · {} · {format}{taken} · {sharpness}", bytes(candidate.size_bytes))
}

fn time_of(secs: i64) -> String {
    let day = CivilDate::from_days_since_1970(secs.div_euclid(86_400) as i32);
    let minutes = secs.rem_euclid(86_400) / 60;
    format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_fit_into_their_frames() {
        let frame = Rect::from_min_size(egui::pos2(10.0, 20.0), egui::vec2(100.0, 50.0));
        assert_eq!(fit(frame, 1.0).size(), egui::vec2(50.0, 50.0));
        assert_eq!(fit(frame, 4.0).size(), egui::vec2(100.0, 25.0));
        assert_eq!(fit(frame, 4.0).center(), frame.center());
    }

    #[test]
    fn times_are_those_of_the_clock_on_the_wall() {
        assert_eq!(time_of(0), "1970-01-01 00:00");
        assert_eq!(time_of(-60), "1969-12-31 23:59");
        assert_eq!(time_of(1_600_000_000), "2020-09-13 12:26");
    }
}
