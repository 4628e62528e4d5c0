//! Who holds how many bytes on the GPU.
//!
//! Buffers and textures are made here and give their bytes back when dropped. The numbers are what the resource needs by
//! its description; alignment and the driver's own overhead are in [`super::GpuContext::device_bytes`].

use std::{
    collections::BTreeMap,
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

/// Who asked for memory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The window's surface, fonts and widgets.
    Window,
    /// The crystal view: targets and instances.
    Crystals,
    /// Thumbnails and the picture shown large.
    Library,
    /// Offscreen pictures being exported.
    Export,
    /// Vectors that pictures are found by, on the compute device.
    Vectors,
    /// A resident model, by name.
    Model(Arc<str>),
}

impl Owner {
    /// Whether its memory is that of the compute device, and not of the window's.
    #[must_use]
    pub fn computes(&self) -> bool {
        matches!(self, Self::Vectors | Self::Model(_))
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window => f.write_str("Window"),
            Self::Crystals => f.write_str("Crystal view"),
            Self::Library => f.write_str("Library"),
            Self::Export => f.write_str("Picture export"),
            Self::Vectors => f.write_str("Library vectors"),
            Self::Model(name) => write!(f, "Model {name}"),
        }
    }
}

/// Bytes of one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerBytes {
    /// Who.
    pub owner: Owner,
    /// How many bytes now.
    pub bytes: u64,
    /// Live resources by label, largest first.
    pub labels: Vec<(String, u64)>,
}

#[derive(Debug, Default)]
struct Entry {
    bytes: u64,
    count: u64,
}

/// The book of live allocations. Cheap to clone; all clones are one book.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    book: Arc<Mutex<BTreeMap<(Owner, String), Entry>>>,
}

impl Ledger {
    /// Enters memory that somebody else allocated. It leaves the book when the holding is dropped.
    #[must_use]
    pub fn hold(&self, owner: Owner, label: &str, bytes: u64) -> Holding {
        let key = (owner, label.to_owned());
        {
            let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = book.entry(key.clone()).or_default();
            entry.bytes += bytes;
            entry.count += 1;
        }
        Holding { ledger: self.clone(), key, bytes }
    }

    /// Makes a buffer and enters it.
    #[must_use]
    pub fn buffer(
        &self,
        device: &wgpu::Device,
        owner: Owner,
        descriptor: &wgpu::BufferDescriptor<'_>,
    ) -> LedgerBuffer {
        let buffer = device.create_buffer(descriptor);
        let holding = self.hold(owner, descriptor.label.unwrap_or("buffer"), descriptor.size);
        LedgerBuffer { buffer, _holding: holding }
    }

    /// Makes a texture and enters it.
    #[must_use]
    pub fn texture(
        &self,
        device: &wgpu::Device,
        owner: Owner,
        descriptor: &wgpu::TextureDescriptor<'_>,
    ) -> LedgerTexture {
        let texture = device.create_texture(descriptor);
        let holding = self.hold(owner, descriptor.label.unwrap_or("texture"), texture_bytes(descriptor));
        LedgerTexture { texture, _holding: holding }
    }

    /// Bytes by owner, in the order of [`Owner`].
    #[must_use]
    pub fn by_owner(&self) -> Vec<OwnerBytes> {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let mut owners: Vec<OwnerBytes> = Vec::new();
        for ((owner, label), entry) in book.iter() {
            let label = if entry.count > 1 { format!("{label} ×{}", entry.count) } else { label.clone() };
            match owners.last_mut() {
                Some(last) if last.owner == *owner => {
                    last.bytes += entry.bytes;
                    last.labels.push((label, entry.bytes));
                }
                _ => owners.push(OwnerBytes {
                    owner: owner.clone(),
                    bytes: entry.bytes,
                    labels: vec![(label, entry.bytes)],
                }),
            }
        }
        for owner in &mut owners {
            owner.labels.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        }
        owners
    }

    /// Bytes of everybody.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).values().map(|e| e.bytes).sum()
    }
}

/// One entry of the book; dropping it strikes it out.
#[derive(Debug)]
pub struct Holding {
    ledger: Ledger,
    key: (Owner, String),
    bytes: u64,
}

impl Drop for Holding {
    fn drop(&mut self) {
        let mut book = self.ledger.book.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = book.get_mut(&self.key) {
            entry.bytes = entry.bytes.saturating_sub(self.bytes);
            entry.count = entry.count.saturating_sub(1);
            if entry.count == 0 {
                book.remove(&self.key);
            }
        }
    }
}

/// A buffer that is in the book.
#[derive(Debug)]
pub struct LedgerBuffer {
    buffer: wgpu::Buffer,
    _holding: Holding,
}

impl Deref for LedgerBuffer {
    type Target = wgpu::Buffer;

    fn deref(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}

/// A texture that is in the book.
#[derive(Debug)]
pub struct LedgerTexture {
    texture: wgpu::Texture,
    _holding: Holding,
}

impl Deref for LedgerTexture {
    type Target = wgpu::Texture;

    fn deref(&self) -> &wgpu::Texture {
        &self.texture
    }
}

/// Bytes of a texture by its description: all mip levels, layers and samples.
fn texture_bytes(descriptor: &wgpu::TextureDescriptor<'_>) -> u64 {
    let texel = u64::from(descriptor.format.block_copy_size(None).unwrap_or(4));
    let (block_width, block_height) = descriptor.format.block_dimensions();
    let size = descriptor.size;
    (0..descriptor.mip_level_count)
        .map(|level| {
            let columns = u64::from((size.width >> level).max(1).div_ceil(block_width));
            let rows = u64::from((size.height >> level).max(1).div_ceil(block_height));
            columns * rows * texel
        })
        .sum::<u64>()
        * u64::from(size.depth_or_array_layers)
        * u64::from(descriptor.sample_count)
}
