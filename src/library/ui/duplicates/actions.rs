//! What the parts of the view ask for; carried out after drawing.

use super::super::RoomAction;
use crate::library::duplicates::keep::PreferredFolder;

/// A request of the list, of a group or of a menu.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// Look for pairs.
    Find,
    /// Stop looking.
    Cancel,
    /// Thresholds, kinds or rules are others now.
    Regroup,
    /// Open a group, by place.
    Show(usize),
    /// Close the opened group, where only one of list and group has room.
    Back,
    /// Keep a picture that was to go, or the other way round.
    Toggle(u32),
    /// Of a group, by place, only the suggested picture stays.
    KeepSuggested(usize),
    /// Of all groups.
    KeepAllSuggested,
    /// All pictures of a group stay.
    KeepAll(usize),
    /// All pictures of all groups stay.
    Clear,
    /// A group, by place, shows no duplicates.
    Settle(usize),
    /// The group that was settled last may be one after all.
    UnsettleLast,
    /// All settled groups may be.
    UnsettleAll,
    /// Put two pictures of the opened group side by side.
    Compare(u32, u32),
    /// Pictures of a folder are to be kept first.
    Prefer(PreferredFolder),
    /// No folder is preferred.
    ForgetFolders,
    /// Ask whether to move what is marked to the trash.
    Trash,
    /// Bring back what went to the trash last.
    Undo,
    /// What became of the last files has been read.
    Dismiss,
    /// What the room does.
    Room(RoomAction),
}
