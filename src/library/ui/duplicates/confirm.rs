//! The question before files go to the trash.

use std::path::Path;

use eframe::egui::{self, RichText};

use super::look;
use crate::{
    library::duplicates::trash::TrashPlan,
    ui::Theme,
    units::{self, bytes},
};

/// What the user answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Move,
    Decline,
}

/// Lists what goes and what stays, and asks.
pub(super) fn confirm_ui(ctx: &egui::Context, asked: Result<&TrashPlan, &str>) -> Option<Answer> {
    let modal = egui::Modal::new(egui::Id::unique("move to the trash")).show(ctx, |ui| {
        let theme = Theme::get();
        ui.set_width((1.3 * theme.dialog_width).min(ctx.content_rect().width() - 64.0));
        match asked {
            Ok(plan) => plan_ui(ui, plan),
            Err(why) => {
                ui.heading("Nothing is moved to the trash");
                ui.label(capitalised(why));
                ui.add_space(theme.space);
                ui.button("Close").clicked().then_some(Answer::Decline)
            }
        }
    });
    modal.inner.or_else(|| modal.should_close().then_some(Answer::Decline))
}

fn plan_ui(ui: &mut egui::Ui, plan: &TrashPlan) -> Option<Answer> {
    let theme = Theme::get();
    let files = units::count(plan.files.len(), "file", "files");
    ui.heading(format!("Move {files} to the trash?"));
    if plan.files.is_empty() {
        ui.label("None of the marked files can go.");
    } else {
        let (take, go) =
            if plan.files.len() == 1 { ("It takes", "It goes") } else { ("They take", "They go") };
        ui.label(format!("{take} {}. {go} to the system's trash; nothing is deleted.", bytes(plan.bytes)));
        let row = |number: usize| {
            let planned = plan.files.get(number)?;
            Some((planned.file.path.as_path(), bytes(planned.file.size_bytes)))
        };
        paths_ui(ui, "files that go", plan.files.len(), row);
    }
    if !plan.skipped.is_empty() {
        ui.add_space(theme.space);
        ui.label(units::count(plan.skipped.len(), "marked file stays", "marked files stay"));
        let row = |number: usize| {
            let skipped = plan.skipped.get(number)?;
            Some((skipped.path.as_path(), skipped.reason.clone()))
        };
        paths_ui(ui, "files that stay", plan.skipped.len(), row);
    }
    ui.add_space(theme.space);
    ui.horizontal(|ui| {
        let words = format!("Move {files} ({})", bytes(plan.bytes));
        let go = ui.add_enabled(!plan.files.is_empty(), egui::Button::new(words)).clicked();
        let cancel = ui.button("Cancel").clicked();
        match (go, cancel) {
            (true, _) => Some(Answer::Move),
            (_, true) => Some(Answer::Decline),
            _ => None,
        }
    })
    .inner
}

/// Paths with a remark each, as many as are seen.
fn paths_ui<'a>(
    ui: &mut egui::Ui,
    id: &str,
    count: usize,
    row: impl Fn(usize) -> Option<(&'a Path, String)>,
) {
    let height = ui.text_style_height(&egui::TextStyle::Body);
    egui::Frame::NONE.fill(Theme::of(ui).field.egui()).inner_margin(Theme::get().space_small).show(
        ui,
        |ui| {
            let most = (0.25 * ui.ctx().content_rect().height()).max(3.0 * height);
            let area = egui::ScrollArea::vertical().id_salt(id).max_height(most).auto_shrink([false, true]);
            area.show_rows(ui, height, count, |ui, rows| {
                ui.spacing_mut().interact_size.y = 0.0;
                for (path, remark) in rows.filter_map(&row) {
                    ui.horizontal(|ui| {
                        ui.set_height(height);
                        let name = look::name_with_folder(path);
                        ui.add(egui::Label::new(name).truncate()).on_hover_text(path.display().to_string());
                        ui.add(egui::Label::new(RichText::new(remark).weak()).truncate());
                    });
                }
            });
        },
    );
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}
