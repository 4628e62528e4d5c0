//! What a person can ask of the Library.

use std::path::PathBuf;

use super::View;
use super::export::ExportWay;
use crate::library::PictureId;
use crate::library::session::Crop;

/// A request; every button, key and menu entry ends in one.
#[derive(Clone, Debug, PartialEq)]
pub enum LibraryCommand {
    /// Ask for a folder.
    AskFolder,
    /// Open a folder as a library.
    OpenFolder(PathBuf),
    /// Look through a library's folder again.
    Update(u32),
    /// Look through all folders again.
    UpdateAll,
    /// Hold indexing up.
    Pause(u32),
    /// Let indexing go on.
    Resume(u32),
    /// End indexing; what is done stays done.
    Stop(u32),
    /// Ask whether a library is to be forgotten.
    AskForget(PathBuf),
    /// Drop what is kept of a folder.
    Forget(PathBuf),
    /// Show the files that could not be read.
    ShowFailed(u32),
    /// Empty the list of recent folders.
    ForgetRecent,
    /// Show the pictures of one library, or of all.
    ShowOnly(Option<u32>),
    /// Show a view.
    ShowView(View),
    /// Put the cursor into the search field.
    FocusSearch,
    /// Empty the question.
    ClearSearch,
    /// Show a picture large.
    Open(PictureId),
    /// Back to the grid.
    CloseViewer,
    /// Show the next (1) or the previous (-1) picture large.
    StepViewer(i32),
    /// Find pictures that look like these.
    FindSimilar(Vec<PictureId>),
    /// Ask for pictures that also look like this one, or rather not.
    AlsoLike(PictureId, bool),
    /// Find pictures that look like a part of this one.
    FindPart(PictureId, Crop),
    /// Search with a picture file.
    SearchWith(PathBuf),
    /// Show the file in the system's file manager.
    Reveal(PictureId),
    /// Put paths on the clipboard.
    CopyPaths(Vec<PictureId>),
    /// Put a picture on the clipboard.
    CopyPicture(PictureId),
    /// Take what is selected away, or all that is shown when nothing is.
    Export(ExportWay),
    /// Select what is shown.
    SelectAll,
    /// Select nothing.
    SelectNone,
}

impl LibraryCommand {
    /// Those that make sense by themselves.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::AskFolder,
            Self::FocusSearch,
            Self::ClearSearch,
            Self::UpdateAll,
            Self::ShowView(View::Grid),
            Self::ShowView(View::Map),
            Self::ShowView(View::Duplicates),
            Self::Export(ExportWay::SheetPdf),
            Self::Export(ExportWay::Csv),
            Self::Export(ExportWay::Copies),
            Self::SelectAll,
            Self::SelectNone,
            Self::ForgetRecent,
        ]
    }

    /// Its name in the list of commands.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::AskFolder => "Open a folder of pictures…".to_owned(),
            Self::OpenFolder(path) => format!("Open the folder {}", path.display()),
            Self::Update(_) => "Look through a folder again".to_owned(),
            Self::UpdateAll => "Look through all folders of pictures again".to_owned(),
            Self::Pause(_) => "Pause indexing".to_owned(),
            Self::Resume(_) => "Resume indexing".to_owned(),
            Self::Stop(_) => "Stop indexing".to_owned(),
            Self::AskForget(path) | Self::Forget(path) => format!("Forget {}", path.display()),
            Self::ShowFailed(_) => "Show the files that could not be read".to_owned(),
            Self::ForgetRecent => "Forget recent folders".to_owned(),
            Self::ShowOnly(_) => "Show the pictures of one folder".to_owned(),
            Self::ShowView(view) => format!("Show pictures as {}", view.title()),
            Self::FocusSearch => "Search pictures".to_owned(),
            Self::ClearSearch => "Show all pictures".to_owned(),
            Self::Open(_) => "Show a picture large".to_owned(),
            Self::CloseViewer => "Back to all pictures".to_owned(),
            Self::StepViewer(by) => if *by > 0 { "Next picture" } else { "Previous picture" }.to_owned(),
            Self::FindSimilar(_) => "Find similar pictures".to_owned(),
            Self::AlsoLike(_, likes) => {
                if *likes { "Find also like this picture" } else { "Find nothing like this picture" }
                    .to_owned()
            }
            Self::FindPart(..) => "Find what looks like a part".to_owned(),
            Self::SearchWith(path) => format!("Search with {}", path.display()),
            Self::Reveal(_) => "Show in the file manager".to_owned(),
            Self::CopyPaths(_) => "Copy paths".to_owned(),
            Self::CopyPicture(_) => "Copy picture".to_owned(),
            Self::Export(way) => format!("Export pictures: {}", way.title()),
            Self::SelectAll => "Select all pictures".to_owned(),
            Self::SelectNone => "Select no picture".to_owned(),
        }
    }
}
