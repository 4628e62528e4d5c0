//! The command palette: type a few letters of what you want.

use eframe::egui::{self, Key, RichText};

use super::commands::Command;
use crate::ui::Theme;

/// Whether it is open, what was typed, which row is chosen.
#[derive(Debug, Default)]
pub(super) struct Palette {
    open: bool,
    query: String,
    chosen: usize,
}

impl Palette {
    pub(super) fn toggle(&mut self) {
        *self = Self { open: !self.open, ..Self::default() };
    }

    /// Draws it when it is open; returns the command that was picked.
    pub(super) fn ui(
        &mut self,
        ctx: &egui::Context,
        all: &[Command],
        is_enabled: impl Fn(&Command) -> bool,
    ) -> Option<Command> {
        if !self.open {
            return None;
        }
        let found = matches(all, &self.query);
        self.step(ctx, found.len());
        let mut picked = None;
        let modal = egui::Modal::new(egui::Id::unique("command palette")).show(ctx, |ui| {
            let theme = Theme::get();
            ui.set_width(theme.palette_width.min(ctx.content_rect().width() - 4.0 * theme.space_large));
            let edit = egui::TextEdit::singleline(&mut self.query)
                .hint_text("Type a command")
                .desired_width(f32::INFINITY);
            let field = ui.add(edit);
            field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Command"));
            field.request_focus();
            if field.changed() {
                self.chosen = 0;
            }
            if found.is_empty() {
                ui.weak("No command has these letters");
            }
            // Room for a dozen rows, and as much when fewer match: the palette must not jump while one types.
            let height = (12.0 * theme.control_height).min(ctx.content_rect().height() - 160.0);
            egui::ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
                ui.set_min_height(height);
                for (row, command) in found.iter().enumerate() {
                    let enabled = is_enabled(command);
                    if row_ui(ui, command, row == self.chosen, enabled) {
                        picked = Some((*command).clone());
                    }
                }
            });
        });
        let entered = ctx.input(|input| input.key_pressed(Key::Enter));
        if entered && picked.is_none() {
            picked = found.get(self.chosen).filter(|command| is_enabled(command)).map(|c| (*c).clone());
        }
        if picked.is_some() || modal.should_close() {
            self.open = false;
        }
        picked
    }

    fn step(&mut self, ctx: &egui::Context, rows: usize) {
        let (down, up) = ctx.input_mut(|input| {
            (
                input.count_and_consume_key(egui::Modifiers::NONE, Key::ArrowDown),
                input.count_and_consume_key(egui::Modifiers::NONE, Key::ArrowUp),
            )
        });
        let last = rows.saturating_sub(1);
        self.chosen = (self.chosen + down).min(last).saturating_sub(up);
    }
}

fn row_ui(ui: &mut egui::Ui, command: &Command, is_chosen: bool, enabled: bool) -> bool {
    let shortcut = command.shortcut().map(|keys| ui.ctx().format_shortcut(&keys)).unwrap_or_default();
    let button = egui::Button::selectable(is_chosen, command.label())
        .shortcut_text(RichText::new(shortcut).small())
        .min_size(egui::vec2(ui.available_width(), Theme::get().control_height));
    let response = ui.add_enabled(enabled, button);
    let moved = ui.input(|input| input.num_presses(Key::ArrowDown) + input.num_presses(Key::ArrowUp) > 0);
    if is_chosen && moved {
        response.scroll_to_me(None);
    }
    response.clicked()
}

/// Commands whose names hold the letters typed, in that order; those with the whole word first.
pub(super) fn matches<'a>(all: &'a [Command], query: &str) -> Vec<&'a Command> {
    let query = query.trim().to_lowercase();
    let mut found: Vec<(u8, &Command)> = all
        .iter()
        .filter_map(|command| {
            let label = command.label().to_lowercase();
            if label.starts_with(&query) {
                Some((0, command))
            } else if label.contains(&query) {
                Some((1, command))
            } else {
                holds_in_order(&label, &query).then_some((2, command))
            }
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, command)| command).collect()
}

fn holds_in_order(label: &str, query: &str) -> bool {
    let mut letters = label.chars();
    query.chars().filter(|c| !c.is_whitespace()).all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_find_a_command() {
        let all = Command::all();
        let first = |query: &str| matches(&all, query).first().map(|command| command.label());
        assert_eq!(first("export p").as_deref(), Some("Export picture…"));
        assert_eq!(first("exfig").as_deref(), Some("Export figure…"));
        assert_eq!(first("dark").as_deref(), Some("Dark theme"));
        assert_eq!(first("vw a*").as_deref(), Some("View along a*"));
        assert_eq!(first("xyzzy"), None);
        assert_eq!(matches(&all, "").len(), all.len());
    }

    #[test]
    fn no_two_commands_share_keys_or_names() {
        let all = Command::all();
        for (index, command) in all.iter().enumerate() {
            for other in all.iter().skip(index + 1) {
                assert_ne!(command.label(), other.label());
                if let (Some(a), Some(b)) = (command.shortcut(), other.shortcut()) {
                    assert_ne!(a, b, "{} and {}", command.label(), other.label());
                }
            }
        }
    }
}
