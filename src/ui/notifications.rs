//! What the program tells the user: toasts that go away, and a history that stays.

use std::time::Duration;

use eframe::egui;

use super::{Theme, widgets};

/// How serious it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something was done.
    Info,
    /// Something was done differently than asked.
    Warning,
    /// Something was not done.
    Error,
}

/// One message. The same message again only raises its count.
#[derive(Clone, Debug)]
pub struct Notification {
    /// How serious.
    pub level: Level,
    /// A sentence, without final period.
    pub text: String,
    /// How often it came.
    pub count: u32,
    /// When it came last, seconds since the start.
    came_at: f64,
    /// When its toast was first drawn: what comes while the window is hidden waits to be seen.
    shown_at: Option<f64>,
    dismissed: bool,
}

/// Messages older than this many are forgotten.
const HISTORY: usize = 200;
/// How many toasts stand at once; more would hide the picture.
const TOASTS: usize = 4;

impl Level {
    /// Seconds a toast of this level stays.
    fn stay_secs(self) -> f64 {
        match self {
            Self::Info => 4.0,
            Self::Warning => 8.0,
            Self::Error => 14.0,
        }
    }

    fn color(self, ui: &egui::Ui) -> egui::Color32 {
        let palette = Theme::of(ui);
        match self {
            Self::Info => palette.good,
            Self::Warning => palette.warning,
            Self::Error => palette.error,
        }
        .egui()
    }

    fn word(self) -> &'static str {
        match self {
            Self::Info => "Done",
            Self::Warning => "Note",
            Self::Error => "Failed",
        }
    }
}

/// The messages of this run.
#[derive(Debug, Default)]
pub struct Notifications {
    history: Vec<Notification>,
    unread: usize,
    now: f64,
}

impl Notifications {
    /// Something was done.
    pub fn info(&mut self, text: impl Into<String>) {
        self.push(Level::Info, text.into());
    }

    /// Something was done differently than asked.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.push(Level::Warning, text.into());
    }

    /// Something was not done.
    pub fn error(&mut self, text: impl Into<String>) {
        self.push(Level::Error, text.into());
    }

    fn push(&mut self, level: Level, text: String) {
        match level {
            Level::Info => log::info!("{text}"),
            Level::Warning => log::warn!("{text}"),
            Level::Error => log::error!("{text}"),
        }
        self.unread += usize::from(level > Level::Info);
        if let Some(last) = self.history.iter_mut().rev().take(8).find(|n| n.level == level && n.text == text)
        {
            last.count += 1;
            last.came_at = self.now;
            last.shown_at = None;
            last.dismissed = false;
            return;
        }
        if self.history.len() == HISTORY {
            self.history.remove(0);
        }
        self.history.push(Notification {
            level,
            text,
            count: 1,
            came_at: self.now,
            shown_at: None,
            dismissed: false,
        });
    }

    /// Sets the clock, seconds since the start.
    pub fn set_now(&mut self, secs: f64) {
        self.now = secs;
    }

    /// Warnings and errors since the history was last looked at.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// All messages, oldest first.
    #[must_use]
    pub fn history(&self) -> &[Notification] {
        &self.history
    }

    /// Draws the toasts in the lower right corner. Asks for a repaint when the next one leaves, not before.
    pub fn toasts_ui(&mut self, ctx: &egui::Context) {
        let now = self.now;
        let theme = Theme::get();
        let mut next_change = f64::INFINITY;
        let mut y = -theme.space_large;
        let standing = self
            .history
            .iter_mut()
            .enumerate()
            .rev()
            .filter(|(_, n)| !n.dismissed && n.shown_at.is_none_or(|at| now < at + n.level.stay_secs()))
            .take(TOASTS);
        for (index, notification) in standing {
            let since = *notification.shown_at.get_or_insert(now);
            next_change = next_change.min(since + notification.level.stay_secs() - now);
            let area = egui::Area::new(egui::Id::unique("toast").with(index))
                .anchor(egui::Align2::RIGHT_BOTTOM, [-theme.space_large, y])
                .order(egui::Order::Foreground)
                .show(ctx, |ui| toast_ui(ui, notification));
            y -= area.response.rect.height() + theme.space;
            notification.dismissed |= area.inner;
        }
        if next_change.is_finite() {
            ctx.request_repaint_after(Duration::from_secs_f64(next_change.max(0.01)));
        }
    }

    /// Draws the history, newest first.
    pub fn history_ui(&mut self, ui: &mut egui::Ui) {
        self.unread = 0;
        if self.history.is_empty() {
            ui.weak("Nothing has been reported in this session.");
            return;
        }
        egui::ScrollArea::vertical().max_height(420.0).auto_shrink([false, true]).show(ui, |ui| {
            for notification in self.history.iter().rev() {
                ui.horizontal_top(|ui| {
                    ui.label(egui::RichText::new(clock(notification.came_at)).small().weak())
                        .on_hover_text("Minutes and seconds since the start");
                    ui.colored_label(notification.level.color(ui), notification.level.word());
                    ui.add(egui::Label::new(text_of(notification)).wrap());
                });
                ui.separator();
            }
        });
    }
}

fn clock(secs: f64) -> String {
    format!("{}:{:02}", (secs / 60.0) as u64, secs as u64 % 60)
}

fn text_of(notification: &Notification) -> String {
    match notification.count {
        1 => notification.text.clone(),
        count => format!("{} (×{count})", notification.text),
    }
}

/// Returns whether it was dismissed.
fn toast_ui(ui: &mut egui::Ui, notification: &Notification) -> bool {
    let theme = Theme::get();
    let mut dismissed = false;
    egui::Frame::popup(ui.style()).show(ui, |ui| {
        let width = theme.toast_width.min(ui.ctx().content_rect().width() - 4.0 * theme.space_large);
        ui.set_width(width);
        ui.horizontal_top(|ui| {
            ui.colored_label(notification.level.color(ui), notification.level.word());
            let text_width = ui.available_width() - theme.control_height - theme.space;
            ui.scope(|ui| {
                ui.set_width(text_width);
                ui.add(egui::Label::new(text_of(notification)).wrap());
            });
            dismissed = widgets::icon_button(ui, "×", "Dismiss").clicked();
        });
    });
    dismissed
}
