#include "coordinator/planner/file_forms.h"

#include "core/audio/rate_converter.h"
#include "core/audio/wav.h"

namespace trackout {
namespace {

bool IsDithered(const Format& requested, const Format& resolved, FileKind kind) {
  if (kind == FileKind::kStem || IsFloat(resolved)) return false;
  if (requested.dither() != Format::DITHER_UNSPECIFIED) return requested.dither() == Format::DITHER_TPDF;
  return resolved.bits() == Format::BITS_16;
}

const char* WordOf(FileKind kind) {
  switch (kind) {
    case FileKind::kTrack:
      return "track";
    case FileKind::kStem:
      return "stem";
    case FileKind::kMix:
      return "mix";
  }
  return "";
}

}  // namespace

FileForm FormOf(const Format& requested, FileKind kind, int song_rate, int own_channels) {
  FileForm form;
  form.format = ResolvedFormat(requested);
  form.sample_rate = requested.sample_rate() == 0 ? song_rate : requested.sample_rate();
  form.channels = requested.channels() == Format::CHANNELS_UNSPECIFIED ? own_channels : requested.channels();
  form.is_dithered = IsDithered(requested, form.format, kind);
  form.format.set_sample_rate(form.sample_rate == song_rate ? 0 : form.sample_rate);
  form.format.clear_dither();
  form.format.clear_channels();
  return form;
}

File FileOf(const FileForm& form, FileKind kind, int64_t song_frames, int song_rate) {
  File file;
  file.set_kind(WordOf(kind));
  const int64_t frames = FramesAtRate(song_frames, song_rate, form.sample_rate);
  file.set_size_bytes(WavSizeBytes(form.format, form.channels, frames));
  file.set_frames(frames);
  file.set_channels(form.channels);
  file.set_sample_rate(form.sample_rate);
  file.set_encoding(FormatName(form.format));
  return file;
}

}  // namespace trackout
