//! Pixels and numbers from the GPU to the processor.

use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;

use super::{GpuContext, GpuError, LedgerBuffer, Owner};

const POLL_INTERVAL: Duration = Duration::from_micros(500);

/// A buffer that pixels are read through, kept between reads of one size.
#[derive(Debug)]
pub struct RgbaReadback {
    buffer: LedgerBuffer,
    bytes_per_row: u32,
    width: u32,
    height: u32,
}

impl RgbaReadback {
    /// For textures of `width` × `height` pixels with four bytes each.
    #[must_use]
    pub fn new(gpu: &GpuContext, width: u32, height: u32) -> Self {
        let bytes_per_row = (width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let buffer = gpu.ledger.buffer(
            &gpu.device,
            Owner::Export,
            &wgpu::BufferDescriptor {
                label: Some("readback"),
                size: u64::from(bytes_per_row) * u64::from(height),
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            },
        );
        Self { buffer, bytes_per_row, width, height }
    }

    /// Reads the texture's pixels, `width × height × 4` bytes, rows top down. Waits for the GPU: never call it where a
    /// frame is drawn.
    ///
    /// # Errors
    /// When the device is lost or the copy fails.
    pub fn read(&self, gpu: &GpuContext, texture: &wgpu::Texture) -> Result<Vec<u8>, GpuError> {
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("readback") });
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &self.buffer,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(self.bytes_per_row),
                    rows_per_image: None,
                },
            },
            wgpu::Extent3d { width: self.width, height: self.height, depth_or_array_layers: 1 },
        );
        gpu.queue.submit([encoder.finish()]);

        read_buffer(gpu, &self.buffer, |mapped| {
            let mut pixels = Vec::with_capacity(self.width as usize * self.height as usize * 4);
            for row in mapped.chunks_exact(self.bytes_per_row as usize) {
                pixels.extend_from_slice(&row[..self.width as usize * 4]);
            }
            pixels
        })
    }
}

/// Hands the bytes of a buffer that was made for reading to `take`, once all work submitted before is done. Waits for the
/// GPU: never call it where a frame is drawn.
///
/// # Errors
/// When the device is lost or the buffer cannot be read.
pub fn read_buffer<T>(
    gpu: &GpuContext,
    buffer: &wgpu::Buffer,
    take: impl FnOnce(&[u8]) -> T,
) -> Result<T, GpuError> {
    let (sender, receiver) = crossbeam_channel::bounded(1);
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        sender.send(result).ok();
    });
    // Waiting inside `poll` would hold a lock that presenting a frame needs: ask, and sleep in between.
    let failed = |message: String| GpuError::Failed { message };
    loop {
        gpu.device.poll(wgpu::PollType::Poll).map_err(|error| failed(error.to_string()))?;
        match receiver.recv_timeout(POLL_INTERVAL) {
            Ok(Ok(())) => break,
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Err(RecvTimeoutError::Timeout) => gpu.check_alive()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(failed("what was to be read never arrived".to_owned()));
            }
        }
    }
    let mapped = buffer.get_mapped_range(..).map_err(|error| failed(error.to_string()))?;
    let taken = take(&mapped);
    drop(mapped);
    buffer.unmap();
    Ok(taken)
}

/// Reads a whole RGBA texture once.
///
/// # Errors
/// When the device is lost or the copy fails.
pub fn read_rgba(gpu: &GpuContext, texture: &wgpu::Texture) -> Result<Vec<u8>, GpuError> {
    RgbaReadback::new(gpu, texture.width(), texture.height()).read(gpu, texture)
}
