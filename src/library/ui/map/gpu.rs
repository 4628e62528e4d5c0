//! All pictures in one draw call, into a texture that egui shows.

use bytemuck::{Pod, Zeroable};
use eframe::{egui, egui_wgpu};

use super::tiles::{ALONG, LAYER_SIDE, TILE_SIDE};
use crate::gpu::{GpuContext, GpuError, LedgerBuffer, LedgerTexture, Owner, Shader};

/// sRGB-encoded bytes, as egui wants them.
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
/// [`Instance::tile`] of a picture that has none.
pub(super) const NO_TILE: u32 = u32::MAX;
/// [`Instance::flags`] of a chosen picture.
pub(super) const CHOSEN: u32 = 1;
/// [`Instance::flags`] of a picture that stands back.
pub(super) const DIMMED: u32 = 2;
/// Pictures with a shorter side than this on the screen, in points, are dots.
pub(super) const DOT_POINTS: f32 = 9.0;

/// A picture as the shader gets it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(super) struct Instance {
    pub place: [f32; 2],
    /// Width over height.
    pub aspect: f32,
    pub tile: u32,
    /// Mean colour.
    pub color: [u8; 4],
    /// Frame; none where its opacity is zero.
    pub frame: [u8; 4],
    pub flags: u32,
}

const ATTRIBUTES: [wgpu::VertexAttribute; 6] = wgpu::vertex_attr_array![
    0 => Float32x2, 1 => Float32, 2 => Uint32, 3 => Unorm8x4, 4 => Unorm8x4, 5 => Uint32
];

/// `View` of the shader: 64 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(super) struct View {
    pub ndc_from_world: [f32; 4],
    pub pixels: [f32; 4],
    pub tiles: [f32; 4],
    pub chosen: [f32; 4],
}

impl View {
    /// The last three numbers of [`Self::tiles`].
    pub(super) fn tiles(dot_px: f32) -> [f32; 4] {
        [dot_px, ALONG as f32, TILE_SIDE as f32, LAYER_SIDE as f32]
    }
}

/// Pipeline and textures of one device.
pub(super) struct Renderer {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    uniform: LedgerBuffer,
    instances: Option<(LedgerBuffer, u32)>,
    target: Option<(LedgerTexture, wgpu::TextureView, egui::TextureId)>,
}

impl Renderer {
    pub(super) fn new(gpu: &GpuContext) -> Self {
        let device = &gpu.device;
        let module = Shader::MAP.module(device);
        let entry =
            |binding, visibility, ty| wgpu::BindGroupLayoutEntry { binding, visibility, ty, count: None };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("map"),
            entries: &[
                entry(
                    0,
                    wgpu::ShaderStages::VERTEX_FRAGMENT,
                    wgpu::BindingType::Buffer {
                        ty: wgpu::BufferBindingType::Uniform,
                        has_dynamic_offset: false,
                        min_binding_size: None,
                    },
                ),
                entry(
                    1,
                    wgpu::ShaderStages::FRAGMENT,
                    wgpu::BindingType::Texture {
                        sample_type: wgpu::TextureSampleType::Float { filterable: true },
                        view_dimension: wgpu::TextureViewDimension::D2Array,
                        multisampled: false,
                    },
                ),
                entry(
                    2,
                    wgpu::ShaderStages::FRAGMENT,
                    wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
                ),
            ],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("map"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("map"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vs_picture"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[Some(wgpu::VertexBufferLayout {
                    array_stride: size_of::<Instance>() as u64,
                    step_mode: wgpu::VertexStepMode::Instance,
                    attributes: &ATTRIBUTES,
                })],
            },
            primitive: wgpu::PrimitiveState {
                topology: wgpu::PrimitiveTopology::TriangleStrip,
                ..Default::default()
            },
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fs_picture"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(wgpu::ColorTargetState {
                    format: FORMAT,
                    blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                    write_mask: wgpu::ColorWrites::ALL,
                })],
            }),
            multiview_mask: None,
            cache: None,
        });
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("map"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        let uniform = gpu.ledger.buffer(
            device,
            Owner::Library,
            &wgpu::BufferDescriptor {
                label: Some("map view"),
                size: size_of::<View>() as u64,
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            },
        );
        Self { pipeline, layout, sampler, uniform, instances: None, target: None }
    }

    /// Hands all pictures to the device; the buffer is kept while they fit.
    ///
    /// # Errors
    /// When there are more than a buffer of this device can hold.
    pub(super) fn upload(&mut self, gpu: &GpuContext, instances: &[Instance]) -> Result<(), GpuError> {
        let bytes: &[u8] = bytemuck::cast_slice(instances);
        let needed = bytes.len() as u64;
        if needed > gpu.device.limits().max_buffer_size {
            return Err(GpuError::Failed {
                message: format!("{} pictures are more than this adapter can draw", instances.len()),
            });
        }
        if self.instances.as_ref().is_none_or(|(buffer, _)| buffer.size() < needed) {
            self.instances = None;
            let descriptor = wgpu::BufferDescriptor {
                label: Some("map pictures"),
                size: needed.next_power_of_two().min(gpu.device.limits().max_buffer_size).max(4096),
                usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            };
            let buffer = gpu.ledger.buffer(&gpu.device, Owner::Library, &descriptor);
            self.instances = Some((buffer, 0));
        }
        if let Some((buffer, count)) = &mut self.instances {
            gpu.queue.write_buffer(buffer, 0, bytes);
            *count = instances.len() as u32;
        }
        Ok(())
    }

    /// Draws all pictures. Does not wait for the device.
    ///
    /// # Errors
    /// When the device is lost.
    pub(super) fn draw(
        &mut self,
        gpu: &GpuContext,
        render_state: &egui_wgpu::RenderState,
        size: (u32, u32),
        view: &View,
        tiles: &wgpu::TextureView,
    ) -> Result<egui::TextureId, GpuError> {
        gpu.check_alive()?;
        let texture = self.resize(gpu, render_state, size);
        gpu.queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(view));
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("map"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: self.uniform.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::TextureView(tiles) },
                wgpu::BindGroupEntry { binding: 2, resource: wgpu::BindingResource::Sampler(&self.sampler) },
            ],
        });
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("map") });
        if let Some((_, target, _)) = &self.target {
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("map"),
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view: target,
                    depth_slice: None,
                    resolve_target: None,
                    ops: wgpu::Operations {
                        load: wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT),
                        store: wgpu::StoreOp::Store,
                    },
                })],
                depth_stencil_attachment: None,
                timestamp_writes: None,
                occlusion_query_set: None,
                multiview_mask: None,
            });
            if let Some((buffer, count)) = &self.instances {
                pass.set_pipeline(&self.pipeline);
                pass.set_bind_group(0, &group, &[]);
                pass.set_vertex_buffer(0, buffer.slice(..));
                pass.draw(0..4, 0..*count);
            }
        }
        gpu.queue.submit([encoder.finish()]);
        gpu.check_alive()?;
        Ok(texture)
    }

    fn resize(
        &mut self,
        gpu: &GpuContext,
        render_state: &egui_wgpu::RenderState,
        (width, height): (u32, u32),
    ) -> egui::TextureId {
        if let Some((texture, _, id)) = &self.target
            && (texture.width(), texture.height()) == (width, height)
        {
            return *id;
        }
        let descriptor = wgpu::TextureDescriptor {
            label: Some("map"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        };
        let old = self.target.take().map(|(_, _, id)| id);
        let texture = gpu.ledger.texture(&gpu.device, Owner::Library, &descriptor);
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let mut renderer = render_state.renderer.write();
        let filter = wgpu::FilterMode::Nearest;
        let id = match old {
            Some(id) => {
                renderer.update_egui_texture_from_wgpu_texture(&gpu.device, &view, filter, id);
                id
            }
            None => renderer.register_native_texture(&gpu.device, &view, filter),
        };
        self.target = Some((texture, view, id));
        id
    }

    /// Gives egui's texture back.
    pub(super) fn release(&mut self, render_state: &egui_wgpu::RenderState) {
        if let Some((_, _, id)) = self.target.take() {
            render_state.renderer.write().free_texture(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_match_the_shader() {
        assert_eq!((size_of::<Instance>(), size_of::<View>()), (28, 64));
    }
}
