//! Thumbnails on their way from the disk to the screen.
//!
//! The grid says each frame what it wants, the visible ones first; a few threads read and shrink them in that order, and a
//! few are handed to the device per frame. What was not seen for longest leaves when the budget is reached.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};
use eframe::egui::{self, TextureHandle, TextureOptions, Vec2, vec2};

use super::failures::Failures;
use super::lru::Lru;
use crate::gpu::{Holding, Owner};
use crate::jobs::{Jobs, LatestWorker};
use crate::library::decode::shrink;
use crate::library::session::{Entry, Libraries};
use crate::library::{ContentHash, PictureId, Pixels};
use crate::ui::Shell;

/// Threads that read thumbnails.
const WORKERS: usize = 3;
/// Pictures that wait to be handed to the device.
const ARRIVALS: usize = 24;
/// Pictures handed to the device per frame.
const UPLOADS: usize = 12;
/// Longer sides of what is kept, in pixels.
const SIDES: [u32; 3] = [96, 192, 320];

/// A thumbnail that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// Which picture.
    pub id: PictureId,
    /// What the file held when it was last read.
    content: Option<ContentHash>,
    /// Longer side in pixels.
    side: u32,
}

impl Wanted {
    /// What a cell of so many pixels needs of a picture.
    pub fn new(entry: &Entry, cell_px: f32) -> Self {
        let side = SIDES.into_iter().find(|side| *side as f32 >= cell_px).unwrap_or(320);
        Self { id: entry.id, content: entry.content, side }
    }
}

/// A thumbnail on the device.
pub struct Thumb {
    /// Its texture.
    pub texture: TextureHandle,
    wanted: Wanted,
    _holding: Holding,
}

impl Thumb {
    /// Width and height in pixels.
    pub fn size(&self) -> Vec2 {
        self.texture.size_vec2()
    }
}

/// What can be drawn of a picture now.
pub enum Look<'a> {
    /// The thumbnail, perhaps a smaller one until the right one is there.
    Thumb(&'a Thumb),
    /// Its average tone, or nothing, until it is read.
    Waiting(Option<[u8; 3]>),
    /// It cannot be shown, and why.
    Failed(&'a str),
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Wanted>,
    /// Being read, or read and not taken yet.
    under_way: HashSet<Wanted>,
}

struct Arrival {
    wanted: Wanted,
    pixels: Result<(Pixels, [u8; 3]), String>,
}

/// The thumbnails of the grid.
#[derive(Default)]
pub struct Thumbnails {
    cache: Lru<PictureId, Thumb>,
    tones: HashMap<PictureId, [u8; 3]>,
    failures: Failures,
    queue: Arc<Mutex<Queue>>,
    workers: Vec<LatestWorker<(), ()>>,
    arrivals: Option<Receiver<Arrival>>,
    /// What this frame wants and has not.
    missing: Vec<Wanted>,
    asked: Vec<Wanted>,
    frame: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Thumbnails {
    /// Bytes on the device.
    pub fn bytes(&self) -> u64 {
        self.cache.bytes()
    }

    /// Whether thumbnails that were asked for have not come yet.
    pub fn is_busy(&self) -> bool {
        let queue = lock(&self.queue);
        !queue.waiting.is_empty() || !queue.under_way.is_empty()
    }

    /// Takes what has arrived.
    pub fn begin_frame(&mut self, ctx: &egui::Context, budget: u64, shell: &Shell<'_>) {
        let since = std::mem::replace(&mut self.frame, self.cache.now());
        self.missing.clear();
        self.failures.see_focus(ctx.input(|input| input.focused));
        let Some(arrivals) = &self.arrivals else { return };
        for arrival in arrivals.try_iter().take(UPLOADS) {
            lock(&self.queue).under_way.remove(&arrival.wanted);
            let id = arrival.wanted.id;
            match arrival.pixels {
                Ok((pixels, tone)) => {
                    self.tones.insert(id, tone);
                    self.failures.forget(id);
                    let (thumb, bytes) = upload(ctx, arrival.wanted, &pixels, shell);
                    self.cache.insert(id, thumb, bytes);
                }
                Err(reason) => self.failures.note(id, arrival.wanted.content, reason),
            }
        }
        if !arrivals.is_empty() {
            ctx.request_repaint();
        }
        self.cache.trim(budget, since);
    }

    /// What there is of a picture; what is missing is asked for at the end of the frame.
    pub fn look(&mut self, wanted: Wanted) -> Look<'_> {
        let is_right = self
            .cache
            .peek(wanted.id)
            .is_some_and(|thumb| thumb.wanted.content == wanted.content && thumb.wanted.side >= wanted.side);
        if !is_right && !self.failures.is_hopeless(wanted.id, wanted.content) {
            self.missing.push(wanted);
        }
        if let Some(thumb) = self.cache.get(wanted.id) {
            return Look::Thumb(thumb);
        }
        match self.failures.reason(wanted.id) {
            Some(reason) => Look::Failed(reason),
            None => Look::Waiting(self.tones.get(&wanted.id).copied()),
        }
    }

    /// A picture that will be visible soon.
    pub fn soon(&mut self, wanted: Wanted) {
        let is_there = self.cache.peek(wanted.id).is_some() || self.failures.reason(wanted.id).is_some();
        if !is_there {
            self.missing.push(wanted);
        }
    }

    /// The thumbnail of a picture if it is there, for other places than the grid.
    pub fn peek(&self, id: PictureId) -> Option<&Thumb> {
        self.cache.peek(id)
    }

    /// Asks for what was missing in this frame, and for nothing else any more.
    pub fn end_frame(&mut self, libraries: &Libraries, shell: &mut Shell<'_>) {
        self.failures.see_generation(libraries.generation());
        if self.missing == self.asked {
            return;
        }
        std::mem::swap(&mut self.missing, &mut self.asked);
        {
            let mut queue = lock(&self.queue);
            let Queue { waiting, under_way } = &mut *queue;
            waiting.clear();
            waiting.extend(self.asked.iter().filter(|wanted| !under_way.contains(wanted)));
            if waiting.is_empty() {
                return;
            }
        }
        if self.workers.is_empty() {
            let (sender, receiver) = bounded(ARRIVALS);
            self.arrivals = Some(receiver);
            for _ in 0..WORKERS {
                match worker(&self.queue, &sender, libraries, shell.jobs) {
                    Ok(worker) => self.workers.push(worker),
                    Err(error) => shell.notifications.error(format!("Thumbnails cannot be read: {error}")),
                }
            }
        }
        for worker in &mut self.workers {
            worker.request(());
        }
    }

    /// Forgets what is known of pictures that are gone.
    pub fn forget_library(&mut self, library: u32) {
        self.tones.retain(|id, _| id.library != library);
        self.failures.forget_library(library);
    }
}

impl Drop for Thumbnails {
    fn drop(&mut self) {
        lock(&self.queue).waiting.clear();
    }
}

fn worker(
    queue: &Arc<Mutex<Queue>>,
    sender: &Sender<Arrival>,
    libraries: &Libraries,
    jobs: &Jobs,
) -> Result<LatestWorker<(), ()>, crate::jobs::JobError> {
    let (queue, sender, libraries) = (Arc::clone(queue), sender.clone(), libraries.clone());
    let waker = jobs.clone();
    LatestWorker::new(jobs, "thumbnails", move |(), _| {
        loop {
            let wanted = {
                let mut queue = lock(&queue);
                let wanted = queue.waiting.pop_front()?;
                queue.under_way.insert(wanted);
                wanted
            };
            let pixels = libraries.thumbnail(wanted.id).map_err(|error| error.to_string()).map(|pixels| {
                let tone = tone_of(&pixels);
                (shrink(&pixels, wanted.side), tone)
            });
            if sender.send(Arrival { wanted, pixels }).is_err() {
                return None;
            }
            waker.wake();
        }
    })
}

fn upload(ctx: &egui::Context, wanted: Wanted, pixels: &Pixels, shell: &Shell<'_>) -> (Thumb, u64) {
    let size = [pixels.width() as usize, pixels.height() as usize];
    let image = egui::ColorImage::from_rgba_unmultiplied(size, pixels.rgba());
    let bytes = pixels.rgba().len() as u64;
    let texture = ctx.load_texture("thumbnail", image, TextureOptions::LINEAR);
    let holding = shell.gpu.ledger.hold(Owner::Library, "thumbnails", bytes);
    (Thumb { texture, wanted, _holding: holding }, bytes)
}

/// The average colour of some of the pixels.
fn tone_of(pixels: &Pixels) -> [u8; 3] {
    let mut sums = [0_u64; 3];
    let mut count = 0;
    for [red, green, blue, _] in pixels.iter().step_by(61) {
        for (sum, value) in sums.iter_mut().zip([red, green, blue]) {
            *sum += u64::from(value);
        }
        count += 1;
    }
    sums.map(|sum| sum.checked_div(count).unwrap_or(0) as u8)
}

/// Width and height of a picture as far as they are known.
pub fn size_of(entry: &Entry) -> Vec2 {
    vec2(entry.width as f32, entry.height as f32)
}
