//! What a picture is drawn into: a colour texture, its multisampled twin, and depth.

use crate::gpu::{GpuContext, LedgerTexture, Owner};

/// sRGB-encoded bytes, four a pixel: egui, PNG and the shader agree on them.
pub(super) const COLOR_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
pub(super) const DEPTH_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;

/// Textures of one size.
#[derive(Debug)]
pub struct Target {
    color: LedgerTexture,
    color_view: wgpu::TextureView,
    multisampled_view: Option<wgpu::TextureView>,
    depth_view: wgpu::TextureView,
    // Views keep textures alive, but the ledger's entries must live as long.
    _held: Vec<LedgerTexture>,
}

impl Target {
    /// Makes the textures.
    #[must_use]
    pub fn new(gpu: &GpuContext, owner: &Owner, width: u32, height: u32, samples: u32) -> Self {
        let texture = |label, format, sample_count, usage| {
            gpu.ledger.texture(
                &gpu.device,
                owner.clone(),
                &wgpu::TextureDescriptor {
                    label: Some(label),
                    size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
                    mip_level_count: 1,
                    sample_count,
                    dimension: wgpu::TextureDimension::D2,
                    format,
                    usage,
                    view_formats: &[],
                },
            )
        };
        let attachment = wgpu::TextureUsages::RENDER_ATTACHMENT;
        let color = texture(
            "crystal colour",
            COLOR_FORMAT,
            1,
            attachment | wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_SRC,
        );
        let depth = texture("crystal depth", DEPTH_FORMAT, samples, attachment);
        let view = |texture: &wgpu::Texture| texture.create_view(&wgpu::TextureViewDescriptor::default());
        let (color_view, depth_view) = (view(&color), view(&depth));
        let mut held = vec![depth];
        let multisampled_view = (samples > 1).then(|| {
            let texture = texture("crystal samples", COLOR_FORMAT, samples, attachment);
            let made = view(&texture);
            held.push(texture);
            made
        });
        Self { color, color_view, multisampled_view, depth_view, _held: held }
    }

    /// The finished picture.
    #[must_use]
    pub fn color(&self) -> &wgpu::Texture {
        &self.color
    }

    /// A view of the finished picture.
    #[must_use]
    pub fn color_view(&self) -> &wgpu::TextureView {
        &self.color_view
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.color.width(), self.color.height())
    }

    pub(super) fn attachments(&self) -> (&wgpu::TextureView, Option<&wgpu::TextureView>, &wgpu::TextureView) {
        match &self.multisampled_view {
            Some(samples) => (samples, Some(&self.color_view), &self.depth_view),
            None => (&self.color_view, None, &self.depth_view),
        }
    }
}
