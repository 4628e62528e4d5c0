//! Pictures on the clipboard: pasted ones are searched with.

use std::sync::Arc;

use eframe::egui;

use super::{LibraryRoom, search_box, work::QUERY_SIDE};
use crate::{
    jobs::{JobContext, JobError},
    library::{Pixels, decode::shrink},
    ui::Shell,
};

impl LibraryRoom {
    /// Takes what is pasted, and searches with it once it is small.
    pub(super) fn pasted_ui(&mut self, ctx: &egui::Context, shell: &mut Shell<'_>) {
        let pasted = ctx.input(|input| {
            input.events.iter().find_map(|event| match event {
                egui::Event::PasteImage(image) => Some(Arc::clone(image)),
                _ => None,
            })
        });
        if let Some(image) = pasted {
            let small = move |_: &JobContext| Ok(Arc::new(shrunk(&image)?));
            self.pasting.push(shell.jobs.spawn("Read the pasted picture", small));
        }
        self.pasting.retain_mut(|handle| {
            let Some(result) = handle.poll() else { return true };
            match result {
                Ok(pixels) => {
                    let texture = search_box::texture_of(ctx, &pixels);
                    self.search.add_foreign(pixels, "pasted picture".to_owned(), None, texture);
                }
                Err(JobError::Cancelled) => {}
                Err(error) => {
                    shell.notifications.error(format!("The picture cannot be searched with: {error}"));
                }
            }
            false
        });
    }
}

/// As large as a picture that is searched with is.
fn shrunk(image: &egui::ColorImage) -> Result<Pixels, JobError> {
    let [width, height] = image.size;
    let rgba: Vec<u8> = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    let pixels = Pixels::new(width as u32, height as u32, rgba);
    Ok(shrink(&pixels.ok_or_else(|| JobError::failed("it is empty"))?, QUERY_SIDE))
}
