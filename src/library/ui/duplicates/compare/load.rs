//! Loads the two pictures that are compared, aligned when asked, with their difference, on a thread of its own.

use eframe::egui;

use crate::{
    jobs::{JobError, Jobs, LatestWorker},
    library::{PictureId, Pixels, session::Libraries},
};

use super::align::{Placement, aligned, difference};

/// Which pictures, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Request {
    pub ids: [PictureId; 2],
    pub lie: [Placement; 2],
    /// Pixels on the longer side.
    pub side_px: u32,
    pub align: bool,
    pub amplify: u8,
}

/// Two pictures and their difference, ready to be drawn.
pub(super) struct Ready {
    /// The first, the second, and what they differ by.
    pub pictures: [egui::ColorImage; 3],
    /// Mean and largest difference of the channels, 0 to 255.
    pub differs: (f32, u8),
}

type Answer = (Request, Result<Ready, String>);

/// The thread.
pub(super) struct Loader(LatestWorker<Request, Answer>);

impl Loader {
    pub fn new(jobs: &Jobs, libraries: Libraries) -> Result<Self, JobError> {
        // What was decoded last: another amplification asks for no other pixels.
        let mut kept: Vec<(PictureId, u32, Pixels)> = Vec::new();
        let work = move |request: Request, newer: &crate::jobs::Newer<'_>| {
            let mut decoded = Vec::with_capacity(2);
            for id in request.ids {
                let known = kept.iter().find(|(known, side, _)| (*known, *side) == (id, request.side_px));
                let pixels = match known {
                    Some((.., pixels)) => Ok(pixels.clone()),
                    None => libraries.load(id, request.side_px),
                };
                match pixels {
                    Ok(pixels) => decoded.push((id, request.side_px, pixels)),
                    Err(error) => return Some((request, Err(error.to_string()))),
                }
                if newer.is_waiting() {
                    return None;
                }
            }
            kept = decoded;
            let [(.., a), (.., b)] = kept.as_slice() else { return None };
            Some((request, ready(request, a, b)))
        };
        LatestWorker::new(jobs, "comparison", work).map(Self)
    }

    pub fn request(&mut self, request: Request) {
        self.0.request(request);
    }

    pub fn take(&self) -> Option<Result<Answer, JobError>> {
        self.0.take()
    }

    pub fn is_busy(&self) -> bool {
        self.0.is_busy()
    }
}

fn ready(request: Request, a: &Pixels, b: &Pixels) -> Result<Ready, String> {
    let [a_lies, b_lies] = &request.lie;
    let compared = |a_lies: &Placement, b_lies: &Placement| {
        let (a, b) = aligned(a, a_lies, b, b_lies);
        let found = difference(&a, &b, request.amplify)?;
        Some((a, b, found))
    };
    let as_they_are = [Placement::WHOLE; 2];
    let turned = [a_lies.turned_only(), b_lies.turned_only()];
    let ways = if request.align { vec![request.lie, turned] } else { vec![as_they_are] };
    // Where a part lies is only known to some pixels: two whole copies, each placed in a third picture, fit better whole.
    let best = ways.iter().filter_map(|[a, b]| compared(a, b)).min_by(|x, y| x.2.mean.total_cmp(&y.2.mean));
    let (a, b, found) = best.ok_or("the pictures cannot be scaled to one size")?;
    let pictures = [a, b, found.pixels].map(|pixels| image(&pixels));
    Ok(Ready { pictures, differs: (found.mean, found.largest) })
}

fn image(pixels: &Pixels) -> egui::ColorImage {
    let size = [pixels.width() as usize, pixels.height() as usize];
    egui::ColorImage::from_rgba_unmultiplied(size, pixels.rgba())
}
