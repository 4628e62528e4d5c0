//! Everything a person can ask for, with its name and its keys, in one place.

use eframe::egui::{self, Key, KeyboardShortcut, Modifiers};

use super::settings::{Room, ThemeChoice};
use crate::crystal::{
    samples::SAMPLES,
    scene::StandardView,
    ui::{CrystalCommand, GraphTab},
};
use crate::library::ui::LibraryCommand;

/// A request to the window. Widgets send them; [`super::App`] carries them out.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Show the list of commands.
    Palette,
    /// Show or hide the System panel.
    ToggleSystem,
    /// Show or hide the settings.
    ToggleSettings,
    /// Show or hide past notifications.
    ToggleNotifications,
    /// Choose the theme.
    Theme(ThemeChoice),
    /// Make everything larger.
    ZoomIn,
    /// Make everything smaller.
    ZoomOut,
    /// Normal size.
    ZoomReset,
    /// Close the window.
    Quit,
    /// Show another room.
    Show(Room),
    /// For the Crystals workspace.
    Crystals(CrystalCommand),
    /// For the Library.
    Library(LibraryCommand),
}

impl Command {
    /// Every command that makes sense by itself, in the order of the palette.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = vec![
            Self::Crystals(CrystalCommand::Open),
            // Before the one with the same keys less shift, which would take them.
            Self::Crystals(CrystalCommand::ExportFigure),
            Self::Crystals(CrystalCommand::Export),
            Self::Crystals(CrystalCommand::ToggleGraphs),
            Self::Crystals(CrystalCommand::Fit),
        ];
        all.extend(StandardView::ALL.map(|view| Self::Crystals(CrystalCommand::LookAlong(view))));
        all.extend(GraphTab::ALL.map(|tab| Self::Crystals(CrystalCommand::ShowGraph(tab))));
        all.extend(
            [
                CrystalCommand::ExportAllFigures,
                CrystalCommand::Report,
                CrystalCommand::Play,
                CrystalCommand::AskMeasured,
                CrystalCommand::ToggleProjection,
                CrystalCommand::ToggleBonds,
                CrystalCommand::TogglePolyhedra,
                CrystalCommand::ToggleCell,
                CrystalCommand::ToggleAxes,
                CrystalCommand::Next,
                CrystalCommand::Previous,
                CrystalCommand::Close,
                CrystalCommand::CloseAll,
                CrystalCommand::ForgetRecent,
            ]
            .map(Self::Crystals),
        );
        all.extend(SAMPLES.map(|sample| Self::Crystals(CrystalCommand::OpenSample(sample))));
        all.extend(LibraryCommand::all().into_iter().map(Self::Library));
        all.extend([
            Self::Show(Room::Library),
            Self::Show(Room::Crystals),
            Self::ToggleSystem,
            Self::ToggleNotifications,
            Self::ToggleSettings,
            Self::Theme(ThemeChoice::Dark),
            Self::Theme(ThemeChoice::Light),
            Self::Theme(ThemeChoice::System),
            Self::ZoomIn,
            Self::ZoomOut,
            Self::ZoomReset,
            Self::Palette,
            Self::Quit,
        ]);
        all
    }

    /// The room that it is for; none for those of the window.
    #[must_use]
    pub fn room(&self) -> Option<Room> {
        match self {
            Self::Crystals(_) => Some(Room::Crystals),
            Self::Library(_) => Some(Room::Library),
            _ => None,
        }
    }

    /// Its name, as in the palette.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Palette => "Show all commands".to_owned(),
            Self::ToggleSystem => "Show or hide the System panel".to_owned(),
            Self::ToggleSettings => "Settings…".to_owned(),
            Self::ToggleNotifications => "Show past notifications".to_owned(),
            Self::Theme(ThemeChoice::Dark) => "Dark theme".to_owned(),
            Self::Theme(ThemeChoice::Light) => "Light theme".to_owned(),
            Self::Theme(ThemeChoice::System) => "Theme of the desktop".to_owned(),
            Self::ZoomIn => "Make everything larger".to_owned(),
            Self::ZoomOut => "Make everything smaller".to_owned(),
            Self::ZoomReset => "Normal size".to_owned(),
            Self::Quit => "Quit".to_owned(),
            Self::Show(Room::Library) => "Go to the Library".to_owned(),
            Self::Show(Room::Crystals) => "Go to Crystals".to_owned(),
            Self::Crystals(command) => crystal_label(command),
            Self::Library(command) => command.label(),
        }
    }

    /// Its keys.
    #[must_use]
    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        let command = |key| Some(KeyboardShortcut::new(Modifiers::COMMAND, key));
        let plain = |key| Some(KeyboardShortcut::new(Modifiers::NONE, key));
        match self {
            Self::Palette => command(Key::K),
            Self::ToggleSystem => plain(Key::F9),
            Self::ToggleSettings => command(Key::Comma),
            Self::ToggleNotifications => plain(Key::F8),
            Self::ZoomIn => command(Key::Plus),
            Self::ZoomOut => command(Key::Minus),
            Self::ZoomReset => command(Key::Num0),
            Self::Quit => command(Key::Q),
            Self::Library(LibraryCommand::AskFolder) => {
                Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::O))
            }
            Self::Library(LibraryCommand::FocusSearch) => command(Key::F),
            Self::Theme(_) | Self::Show(_) | Self::Library(_) => None,
            Self::Crystals(crystal) => match crystal {
                CrystalCommand::Open => command(Key::O),
                CrystalCommand::Export => command(Key::E),
                CrystalCommand::ExportFigure => {
                    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::E))
                }
                CrystalCommand::ToggleGraphs => plain(Key::G),
                CrystalCommand::Close => command(Key::W),
                CrystalCommand::Next => command(Key::PageDown),
                CrystalCommand::Previous => command(Key::PageUp),
                CrystalCommand::Fit => plain(Key::F),
                CrystalCommand::ToggleProjection => plain(Key::P),
                CrystalCommand::LookAlong(view) => plain(match view {
                    StandardView::A => Key::Num1,
                    StandardView::B => Key::Num2,
                    StandardView::C => Key::Num3,
                    StandardView::AStar => Key::Num4,
                    StandardView::BStar => Key::Num5,
                    StandardView::CStar => Key::Num6,
                    StandardView::Diagonal => Key::Num7,
                    StandardView::Iso => Key::Num8,
                }),
                _ => None,
            },
        }
    }

    /// Takes the keys of this frame that mean commands. Plain letters belong to a text field while one has the focus.
    /// Those of another room than the shown one mean nothing.
    pub fn from_keys(ctx: &egui::Context, all: &[Self], room: Room) -> Vec<Self> {
        let typing = ctx.text_edit_focused() || ctx.memory(|memory| memory.top_modal_layer().is_some());
        all.iter()
            .filter(|command| command.room().is_none_or(|of| of == room))
            .filter(|command| {
                command.shortcut().is_some_and(|shortcut| {
                    let is_function_key = matches!(shortcut.logical_key, Key::F8 | Key::F9);
                    let is_free = !shortcut.modifiers.is_none() || is_function_key || !typing;
                    is_free && ctx.input_mut(|input| input.consume_shortcut(&shortcut))
                })
            })
            .cloned()
            .collect()
    }
}

fn crystal_label(command: &CrystalCommand) -> String {
    match command {
        CrystalCommand::Open => "Open structures…".to_owned(),
        CrystalCommand::OpenPath(path) => format!("Open {}", path.display()),
        CrystalCommand::OpenSample(sample) => format!("Open sample {}, {}", sample.formula, sample.name),
        CrystalCommand::Show(index) => format!("Show structure {}", index + 1),
        CrystalCommand::Next => "Next structure".to_owned(),
        CrystalCommand::Previous => "Previous structure".to_owned(),
        CrystalCommand::Close => "Close structure".to_owned(),
        CrystalCommand::CloseAt(index) => format!("Close structure {}", index + 1),
        CrystalCommand::CloseAll => "Close all structures".to_owned(),
        CrystalCommand::Export => "Export picture…".to_owned(),
        CrystalCommand::SetStyle(_) => "Change how structures are drawn".to_owned(),
        CrystalCommand::ToggleBonds => "Show or hide bonds".to_owned(),
        CrystalCommand::TogglePolyhedra => "Show or hide polyhedra".to_owned(),
        CrystalCommand::ToggleCell => "Show or hide the cell".to_owned(),
        CrystalCommand::ToggleAxes => "Show or hide the axes".to_owned(),
        CrystalCommand::ToggleProjection => "Parallel or perspective projection".to_owned(),
        CrystalCommand::LookAlong(StandardView::Iso) => "View from the usual corner".to_owned(),
        CrystalCommand::LookAlong(StandardView::Diagonal) => "View along [111]".to_owned(),
        CrystalCommand::LookAlong(view) => format!("View along {}", view.name()),
        CrystalCommand::Fit => "Show the whole structure".to_owned(),
        CrystalCommand::ForgetRecent => "Forget recent files".to_owned(),
        CrystalCommand::ToggleGraphs => "Show graphs".to_owned(),
        CrystalCommand::ShowGraph(tab) => format!("Show graph: {}", tab.title()),
        CrystalCommand::SetGraphs(_) => "Change what graphs show".to_owned(),
        CrystalCommand::Link(None) => "Light up nothing".to_owned(),
        CrystalCommand::Link(Some(link)) => format!("Light up {}", link.title()),
        CrystalCommand::SelectSite(_) => "Select an atom".to_owned(),
        CrystalCommand::Strain(_) => "Strain the cell".to_owned(),
        CrystalCommand::Play => "Play or stop the frames of a file".to_owned(),
        CrystalCommand::AskMeasured => "Open a measured pattern…".to_owned(),
        CrystalCommand::OpenMeasured(path) => format!("Open the measured pattern {}", path.display()),
        CrystalCommand::RemoveMeasured => "Remove the measured pattern".to_owned(),
        CrystalCommand::ExportFigure => "Export figure…".to_owned(),
        CrystalCommand::ExportAllFigures => "Export all figures…".to_owned(),
        CrystalCommand::Report => "Report of the open structures…".to_owned(),
    }
}
