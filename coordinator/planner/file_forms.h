// How the files of a song are written: what a request leaves open, made plain. Pure.
#pragma once

#include "proto/album.pb.h"
#include "proto/manifest.pb.h"

namespace trackout {

enum class FileKind { kTrack, kStem, kMix };

struct FileForm {
  // For a job: container and bits; the rate only where it is not the song's, so that equal work is one job.
  Format format;
  int channels = 0;
  int sample_rate = 0;       // of the file
  bool is_dithered = false;  // TPDF
};

// `own_channels`: those of the track or of the master, where none are asked for. Stems are never dithered:
// their sum closes. Floats have nothing to dither.
FileForm FormOf(const Format& requested, FileKind kind, int song_rate, int own_channels);

// Everything of a File that follows from its form and its length (at the song's rate).
File FileOf(const FileForm& form, FileKind kind, int64_t song_frames, int song_rate);

}  // namespace trackout
