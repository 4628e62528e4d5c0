//! Very small pictures, packed into the layers of one texture; what is seen is loaded first.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::gpu::NO_TILE;
use crate::{
    gpu::{GpuContext, LedgerTexture, Owner},
    jobs::LatestWorker,
    library::{PictureId, Pixels, decode, session::Libraries},
    ui::Shell,
};

/// Pixels along a tile; wide and high pictures are stretched to fill it.
pub(super) const TILE_SIDE: u32 = 48;
/// Tiles along a layer.
pub(super) const ALONG: u32 = 42;
/// Pixels along a layer.
pub(super) const LAYER_SIDE: u32 = TILE_SIDE * ALONG;
/// Layers, at 16 MB each.
const MOST_LAYERS: u32 = 6;
/// Pictures that one request loads.
const BATCH: usize = 96;
/// Tiles that one frame hands to the device.
const UPLOADS: usize = 256;

/// A picture's tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tile {
    pub slot: u32,
    /// Mean colour.
    pub color: [u8; 4],
    /// Width over height.
    pub aspect: f32,
    last_seen: u64,
}

/// A loaded picture.
struct Loaded {
    id: PictureId,
    tile: Option<(Vec<u8>, f32)>,
}

/// All tiles.
#[derive(Default)]
pub(super) struct Tiles {
    texture: Option<(LedgerTexture, wgpu::TextureView)>,
    layers: u32,
    held: BTreeMap<PictureId, Tile>,
    free: Vec<u32>,
    failed: BTreeSet<PictureId>,
    worker: Option<LatestWorker<(Libraries, Vec<PictureId>), ()>>,
    ready: Arc<Mutex<VecDeque<Loaded>>>,
    asked: Vec<PictureId>,
    frame: u64,
}

impl Tiles {
    pub(super) fn get(&self, id: PictureId) -> Option<&Tile> {
        self.held.get(&id)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.worker.as_ref().is_some_and(LatestWorker::is_busy) || !self.lock().is_empty()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Loaded>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The layers, made for so many pictures.
    pub(super) fn view(&mut self, gpu: &GpuContext, pictures: usize) -> Option<&wgpu::TextureView> {
        let per_layer = ALONG * ALONG;
        let most = MOST_LAYERS.min(gpu.device.limits().max_texture_array_layers);
        // Two at least: with one, some backends take the texture for a plain one.
        let wanted = (pictures as u32).div_ceil(per_layer).clamp(2, most.max(2));
        if wanted > self.layers {
            self.grow(gpu, wanted);
        }
        self.texture.as_ref().map(|(_, view)| view)
    }

    fn grow(&mut self, gpu: &GpuContext, layers: u32) {
        let extent =
            |layers| wgpu::Extent3d { width: LAYER_SIDE, height: LAYER_SIDE, depth_or_array_layers: layers };
        let descriptor = wgpu::TextureDescriptor {
            label: Some("map tiles"),
            size: extent(layers),
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING
                | wgpu::TextureUsages::COPY_DST
                | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        };
        let texture = gpu.ledger.texture(&gpu.device, Owner::Library, &descriptor);
        if let Some((old, _)) = &self.texture {
            let mut encoder = gpu
                .device
                .create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("map tiles") });
            encoder.copy_texture_to_texture(
                old.as_image_copy(),
                texture.as_image_copy(),
                extent(self.layers),
            );
            gpu.queue.submit([encoder.finish()]);
        }
        let view = texture.create_view(&wgpu::TextureViewDescriptor {
            dimension: Some(wgpu::TextureViewDimension::D2Array),
            ..Default::default()
        });
        let per_layer = ALONG * ALONG;
        // Taken from the end, so the first ones come first.
        let mut slots: Vec<u32> = (self.layers * per_layer..layers * per_layer).rev().collect();
        slots.append(&mut self.free);
        self.free = slots;
        self.texture = Some((texture, view));
        self.layers = layers;
    }

    /// Forgets pictures that are gone.
    pub(super) fn retain(&mut self, is_there: impl Fn(PictureId) -> bool) {
        let free = &mut self.free;
        self.held.retain(|id, tile| {
            let stays = is_there(*id);
            if !stays {
                free.push(tile.slot);
            }
            stays
        });
        self.failed.clear();
    }

    /// Takes what was loaded; true when something came.
    pub(super) fn logic(&mut self, shell: &Shell<'_>) -> bool {
        self.frame += 1;
        let mut has_news = false;
        for _ in 0..UPLOADS {
            let Some(loaded) = self.lock().pop_front() else { break };
            has_news = true;
            let Some((bytes, aspect)) = loaded.tile else {
                self.failed.insert(loaded.id);
                continue;
            };
            let Some(slot) = self.slot_for(loaded.id) else { continue };
            self.write(shell.gpu, slot, &bytes);
            let tile = Tile { slot, color: mean(&bytes), aspect, last_seen: self.frame };
            self.held.insert(loaded.id, tile);
        }
        has_news
    }

    /// A free slot, that of a picture not seen for longest when there is none.
    fn slot_for(&mut self, id: PictureId) -> Option<u32> {
        if let Some(tile) = self.held.get(&id) {
            return Some(tile.slot);
        }
        if let Some(slot) = self.free.pop() {
            return Some(slot);
        }
        let (oldest, tile) = self.held.iter().min_by_key(|(id, tile)| (tile.last_seen, **id))?;
        let (oldest, slot, last_seen) = (*oldest, tile.slot, tile.last_seen);
        // What is on the screen is not pushed out.
        if last_seen + 2 >= self.frame {
            return None;
        }
        self.held.remove(&oldest);
        Some(slot)
    }

    fn write(&self, gpu: &GpuContext, slot: u32, bytes: &[u8]) {
        let Some((texture, _)) = &self.texture else { return };
        let place = slot % (ALONG * ALONG);
        let origin = wgpu::Origin3d {
            x: place % ALONG * TILE_SIDE,
            y: place / ALONG * TILE_SIDE,
            z: slot / (ALONG * ALONG),
        };
        let to = wgpu::TexelCopyTextureInfo { origin, ..texture.as_image_copy() };
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * TILE_SIDE),
            rows_per_image: None,
        };
        let extent = wgpu::Extent3d { width: TILE_SIDE, height: TILE_SIDE, depth_or_array_layers: 1 };
        gpu.queue.write_texture(to, bytes, layout, extent);
    }

    /// Says what is on the screen, nearest to the middle first; what has no tile is loaded.
    pub(super) fn want(&mut self, seen: &[PictureId], shell: &mut Shell<'_>, libraries: &Libraries) {
        let frame = self.frame;
        let mut missing = Vec::new();
        for id in seen {
            match self.held.get_mut(id) {
                Some(tile) => tile.last_seen = frame,
                None if missing.len() < BATCH && !self.failed.contains(id) => missing.push(*id),
                None => {}
            }
        }
        let has_room = !self.free.is_empty() || self.held.values().any(|tile| tile.last_seen + 2 < frame);
        if missing.is_empty() || !has_room {
            return;
        }
        if self.worker.as_ref().is_some_and(|worker| worker.is_busy() && self.asked == missing) {
            return;
        }
        if self.worker.is_none() {
            let (ready, jobs) = (Arc::clone(&self.ready), shell.jobs.clone());
            let worker = LatestWorker::new(
                shell.jobs,
                "map pictures",
                move |(libraries, ids): (Libraries, Vec<PictureId>), newer| {
                    for part in ids.chunks(16) {
                        let loaded: Vec<Loaded> = part.par_iter().map(|id| load(&libraries, *id)).collect();
                        ready.lock().unwrap_or_else(PoisonError::into_inner).extend(loaded);
                        jobs.wake();
                        if newer.is_waiting() {
                            break;
                        }
                    }
                    Some(())
                },
            );
            match worker {
                Ok(worker) => self.worker = Some(worker),
                Err(error) => shell.notifications.error(format!("The map has no pictures: {error}")),
            }
        }
        if let Some(worker) = &mut self.worker {
            worker.request((libraries.clone(), missing.clone()));
            self.asked = missing;
        }
    }

    /// Number of a picture's tile for the shader.
    pub(super) fn number(&self, id: PictureId) -> u32 {
        self.held.get(&id).map_or(NO_TILE, |tile| tile.slot)
    }
}

fn load(libraries: &Libraries, id: PictureId) -> Loaded {
    let tile = libraries.thumbnail(id).ok().map(|pixels| {
        let aspect = pixels.width() as f32 / pixels.height().max(1) as f32;
        // Twice as large first, by the good filter; the rest is done below.
        let small = decode::shrink(&pixels, 2 * TILE_SIDE);
        (stretched(&small), aspect.clamp(0.2, 5.0))
    });
    Loaded { id, tile }
}

/// Averages a picture into the square of a tile, with colours multiplied by their opacity.
fn stretched(pixels: &Pixels) -> Vec<u8> {
    let (width, height) = (pixels.width(), pixels.height());
    let rgba = pixels.rgba().as_chunks::<4>().0;
    let span = |at: u32, length: u32| {
        let from = (u64::from(at) * u64::from(length) / u64::from(TILE_SIDE)) as u32;
        let to = (u64::from(at + 1) * u64::from(length)).div_ceil(u64::from(TILE_SIDE)) as u32;
        from..to.max(from + 1).min(length.max(1))
    };
    let mut out = Vec::with_capacity((TILE_SIDE * TILE_SIDE * 4) as usize);
    for y in 0..TILE_SIDE {
        for x in 0..TILE_SIDE {
            let (mut sums, mut count) = ([0_u32; 4], 0_u32);
            for row in span(y, height) {
                for column in span(x, width) {
                    let Some([r, g, b, a]) = rgba.get((row * width + column) as usize) else { continue };
                    for (sum, value) in sums.iter_mut().zip([*r, *g, *b]) {
                        *sum += u32::from(value) * u32::from(*a) / 255;
                    }
                    if let Some(sum) = sums.last_mut() {
                        *sum += u32::from(*a);
                    }
                    count += 1;
                }
            }
            out.extend(sums.map(|sum| (sum / count.max(1)) as u8));
        }
    }
    out
}

fn mean(bytes: &[u8]) -> [u8; 4] {
    let mut sums = [0_u32; 4];
    let pixels = bytes.as_chunks::<4>().0;
    for pixel in pixels {
        sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u32::from(*value));
    }
    let [r, g, b, _] = sums.map(|sum| (sum / (pixels.len() as u32).max(1)) as u8);
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_shape_fills_a_tile() {
        for (width, height) in [(1, 1), (96, 7), (3, 96), (96, 96)] {
            let rgba = [200, 100, 50, 255].repeat((width * height) as usize);
            let tile = stretched(&Pixels::new(width, height, rgba).unwrap());
            assert_eq!(tile.len(), 48 * 48 * 4, "{width} × {height}");
            assert_eq!(mean(&tile), [200, 100, 50, 255]);
        }
    }
}
