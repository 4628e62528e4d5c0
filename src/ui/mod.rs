//! The toolkit of the window: theme, small widgets, notifications, and what a workspace is. It knows no domain.

pub mod dialogs;
pub mod notifications;
pub mod popups;
pub mod shell;
pub mod theme;
pub mod widgets;

pub use notifications::{Level, Notifications};
pub use shell::{Shell, Workspace};
pub use theme::{Mode, Theme};
