//! What is stored of a picture so that crops of it are found.

use super::MOST_KEYPOINTS;
use super::blobs::{Blob, ScaleSpace};
use super::descriptor::{Descriptor, describe};
use super::luma::Plane;
use crate::library::Pixels;

/// Longer side of the pictures that signatures are made from.
const SIDE: usize = 256;
/// Version of the bytes; another one means another way of describing.
const VERSION: u8 = 1;
/// Version, width, height, number of keypoints.
const HEAD_BYTES: usize = 7;
/// x, y, scale, descriptor.
const KEYPOINT_BYTES: usize = 37;
/// Steps per octave in which scales are stored, and the smallest one in pixels.
const SCALE_STEPS: f32 = 16.0;
const SMALLEST_SIGMA: f32 = 0.5;
/// Steps per pixel in which places are stored.
const PLACE_STEPS: f32 = 128.0;

/// A described place of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keypoint {
    /// Pixels from the left, of the small picture.
    pub x: f32,
    /// Pixels from the top, of the small picture.
    pub y: f32,
    /// Size in pixels of the small picture.
    pub sigma: f32,
    /// Comparisons of brightness around it.
    pub descriptor: [u64; 4],
}

/// The keypoints of a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CropSignature {
    width: u16,
    height: u16,
    keypoints: Vec<Keypoint>,
}

/// Why bytes are no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Made by another version of the program.
    #[error(
        "the crop signature has version {0}, this program reads version {VERSION}; describe the picture again"
    )]
    Version(u8),
    /// Too short, too long or nonsense.
    #[error("the crop signature is damaged; describe the picture again")]
    Damaged,
}

impl CropSignature {
    /// Of a picture. It is shrunk to 256 pixels on its longer side; give it no larger than needed. Pictures without
    /// structure have no keypoints and match nothing.
    #[must_use]
    pub fn of(pixels: &Pixels) -> Self {
        let plane = Plane::of(pixels).shrunk(SIDE);
        let space = ScaleSpace::new(&plane);
        let chosen = spread(space.blobs(), plane.width, plane.height);
        let keypoint = |blob: &Blob| {
            let descriptor: Descriptor = describe(&space, blob)?;
            Some(rounded(Keypoint { x: blob.x, y: blob.y, sigma: blob.sigma, descriptor }))
        };
        Self {
            width: plane.width as u16,
            height: plane.height as u16,
            keypoints: chosen.iter().filter_map(keypoint).collect(),
        }
    }

    /// Width and height of the small picture that places refer to.
    #[must_use]
    pub fn size(&self) -> (f32, f32) {
        (f32::from(self.width), f32::from(self.height))
    }

    /// All keypoints.
    #[must_use]
    pub fn keypoints(&self) -> &[Keypoint] {
        &self.keypoints
    }

    /// For storing: at most 7407 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.keypoints.len() * KEYPOINT_BYTES);
        bytes.push(VERSION);
        bytes.extend(self.width.to_le_bytes());
        bytes.extend(self.height.to_le_bytes());
        bytes.extend((self.keypoints.len() as u16).to_le_bytes());
        for keypoint in &self.keypoints {
            bytes.extend(place_code(keypoint.x).to_le_bytes());
            bytes.extend(place_code(keypoint.y).to_le_bytes());
            bytes.push(scale_code(keypoint.sigma));
            bytes.extend(keypoint.descriptor.iter().flat_map(|word| word.to_le_bytes()));
        }
        bytes
    }

    /// From [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`SignatureError`] when they are of another version or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
        let (&version, rest) = bytes.split_first().ok_or(SignatureError::Damaged)?;
        if version != VERSION {
            return Err(SignatureError::Version(version));
        }
        let (head, rest) = rest.split_at_checked(HEAD_BYTES - 1).ok_or(SignatureError::Damaged)?;
        let [width, height, count] = *head.as_chunks::<2>().0 else { return Err(SignatureError::Damaged) };
        let [width, height, count] = [width, height, count].map(u16::from_le_bytes);
        let (keypoints, []) = rest.as_chunks::<KEYPOINT_BYTES>() else { return Err(SignatureError::Damaged) };
        if keypoints.len() != usize::from(count)
            || keypoints.len() > MOST_KEYPOINTS
            || usize::from(width.max(height)) > SIDE
        {
            return Err(SignatureError::Damaged);
        }
        let keypoints = keypoints.iter().filter_map(read_keypoint).collect();
        Ok(Self { width, height, keypoints })
    }
}

fn read_keypoint(bytes: &[u8; KEYPOINT_BYTES]) -> Option<Keypoint> {
    let (place, rest) = bytes.split_at_checked(4)?;
    let [x, y] = *place.as_chunks::<2>().0 else { return None };
    let (&scale, words) = rest.split_first()?;
    let [a, b, c, d] = *words.as_chunks::<8>().0 else { return None };
    Some(Keypoint {
        x: f32::from(u16::from_le_bytes(x)) / PLACE_STEPS,
        y: f32::from(u16::from_le_bytes(y)) / PLACE_STEPS,
        sigma: SMALLEST_SIGMA * 2_f32.powf(f32::from(scale) / SCALE_STEPS),
        descriptor: [a, b, c, d].map(u64::from_le_bytes),
    })
}

fn place_code(pixels: f32) -> u16 {
    (pixels * PLACE_STEPS).round().clamp(0.0, f32::from(u16::MAX)) as u16
}

fn scale_code(sigma: f32) -> u8 {
    ((sigma / SMALLEST_SIGMA).log2() * SCALE_STEPS).round().clamp(0.0, 255.0) as u8
}

/// As it comes back from bytes, so that a stored signature equals the fresh one.
fn rounded(keypoint: Keypoint) -> Keypoint {
    Keypoint {
        x: f32::from(place_code(keypoint.x)) / PLACE_STEPS,
        y: f32::from(place_code(keypoint.y)) / PLACE_STEPS,
        sigma: SMALLEST_SIGMA * 2_f32.powf(f32::from(scale_code(keypoint.sigma)) / SCALE_STEPS),
        ..keypoint
    }
}

/// Chooses the strongest blobs of every part and of every scale: a crop shows only some of the parts, and at other
/// scales. Every scale band has its own grid, finer where blobs are small.
fn spread(mut blobs: Vec<Blob>, width: usize, height: usize) -> Vec<Blob> {
    // Largest size of a band in pixels, cells across and down, share of the keypoints.
    const BANDS: [(f32, usize, usize); 4] =
        [(2.1, 4, 80), (3.6, 4, 60), (7.0, 3, 40), (f32::INFINITY, 1, 20)];
    blobs.sort_by(|a, b| {
        b.contrast.total_cmp(&a.contrast).then(a.y.total_cmp(&b.y)).then(a.x.total_cmp(&b.x))
    });
    let mut chosen = Vec::with_capacity(MOST_KEYPOINTS);
    let mut left_over = Vec::new();
    for blob in blobs {
        let band = BANDS.iter().position(|(largest, ..)| blob.sigma <= *largest).unwrap_or(0);
        let Some(&(_, cells, share)) = BANDS.get(band) else { continue };
        let cell =
            |place: f32, side: usize| ((place / side as f32 * cells as f32).max(0.0) as usize).min(cells - 1);
        let place = (band, cell(blob.x, width), cell(blob.y, height));
        let taken = chosen.iter().filter(|(_, other)| *other == place).count();
        if taken < share / (cells * cells) { chosen.push((blob, place)) } else { left_over.push(blob) }
    }
    let mut chosen: Vec<Blob> = chosen.into_iter().map(|(blob, _)| blob).collect();
    left_over.truncate(MOST_KEYPOINTS.saturating_sub(chosen.len()));
    chosen.append(&mut left_over);
    chosen.truncate(MOST_KEYPOINTS);
    chosen
}
