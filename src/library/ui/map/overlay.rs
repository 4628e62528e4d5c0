//! What is written over the map.

use eframe::egui::{self, Align2, Pos2, Rect, TextStyle, Vec2};

use super::worker::Group;
use crate::ui::Theme;

/// Around a name.
const MARGIN: Vec2 = Vec2::new(5.0, 2.0);

/// A sentence in the middle.
pub(super) fn message(painter: &egui::Painter, rect: Rect, ui: &egui::Ui, text: &str) {
    let font = TextStyle::Body.resolve(ui.style());
    painter.text(rect.center(), Align2::CENTER_CENTER, text, font, Theme::of(ui).text_weak.egui());
}

/// Names of groups, larger groups first; one that would cover another is left out.
///
/// A name stands above its group, half a picture (`side` points) away, so that it covers little of it.
pub(super) fn names(
    painter: &egui::Painter,
    ui: &egui::Ui,
    groups: &[Group],
    side: f32,
    at: impl Fn([f32; 2]) -> Pos2,
) {
    let palette = Theme::of(ui);
    let mut taken: Vec<Rect> = Vec::new();
    let mut order: Vec<&Group> = groups.iter().collect();
    order.sort_by_key(|group| std::cmp::Reverse(group.count));
    for group in order {
        let font = TextStyle::Small.resolve(ui.style());
        let galley = painter.layout_no_wrap(group.name.clone(), font, palette.text.egui());
        let size = galley.size() + 2.0 * MARGIN;
        let foot = at(group.top) - Vec2::new(0.0, 0.5 * side);
        let area = Rect::from_min_size(foot - Vec2::new(0.5 * size.x, size.y), size);
        if !painter.clip_rect().intersects(area) || taken.iter().any(|other| other.intersects(area)) {
            continue;
        }
        taken.push(area.expand(2.0));
        let fill = palette.panel.egui().gamma_multiply(0.85);
        painter.rect_filled(area, egui::CornerRadius::same(Theme::get().corner), fill);
        painter.galley(area.min + MARGIN, galley, palette.text.egui());
    }
}

/// What the colours of frames mean, in the lower left corner.
pub(super) fn legend(painter: &egui::Painter, ui: &egui::Ui, rect: Rect, entries: &[([u8; 4], String)]) {
    const SIGN: f32 = 10.0;
    if entries.is_empty() {
        return;
    }
    let palette = Theme::of(ui);
    let theme = Theme::get();
    let width = (rect.width() * 0.4).min(260.0);
    let lines: Vec<_> = entries
        .iter()
        .map(|(color, text)| {
            let font = TextStyle::Small.resolve(ui.style());
            let mut job = egui::text::LayoutJob::simple_singleline(text.clone(), font, palette.text.egui());
            job.wrap = egui::text::TextWrapping::truncate_at_width(width);
            (*color, painter.layout_job(job))
        })
        .collect();
    let height: f32 = lines.iter().map(|(_, line)| line.size().y + 3.0).sum();
    let widest = lines.iter().map(|(_, line)| line.size().x).fold(0.0, f32::max);
    let size = Vec2::new(widest + SIGN + 3.0 * theme.space_small, height + 2.0 * theme.space_small);
    let corner = rect.left_bottom() + Vec2::new(theme.space, -theme.space - size.y);
    let area = Rect::from_min_size(corner, size);
    painter.rect_filled(
        area,
        egui::CornerRadius::same(theme.corner),
        palette.panel.egui().gamma_multiply(0.85),
    );
    let mut top = area.min + Vec2::splat(theme.space_small);
    for (color, line) in lines {
        let row = line.size().y;
        let sign = Rect::from_center_size(top + Vec2::new(SIGN / 2.0, row / 2.0), Vec2::splat(SIGN));
        let fill = crate::ui::theme::Color(color).egui();
        painter.rect_filled(sign, egui::CornerRadius::same(2), fill);
        painter.galley(top + Vec2::new(SIGN + theme.space_small, 0.0), line, palette.text.egui());
        top.y += row + 3.0;
    }
}
