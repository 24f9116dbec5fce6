// Plain WAV files: RIFF with `fmt ` and `data` (and `fact` for float), nothing else, so that the same
// sound is always the same bytes. Above 4 GiB the same file as RF64 (EBU Tech 3306), with its sizes in
// a `ds64` chunk. Lengths are known before a file is begun, so a header is written once, in front.
//
//   RIFF size WAVE | fmt  16|18 ... | [fact 4 frames] | data size samples [pad byte]
//   RF64 -1   WAVE | ds64 28 ...    | fmt  ... | [fact 4 -1] | data -1 samples [pad byte]
//
// Samples are little endian and interleaved: 16 and 24 bit two's complement, or 32-bit IEEE float.
#pragma once

#include <cstdint>
#include <string>

#include "proto/album.pb.h"

namespace trackout {

// The header of a file of `frames` frames. 1 to 255 channels.
std::string WavHeader(const Format& format, int channels, int sample_rate, int64_t frames);

// The whole file's size, header and pad byte included.
int64_t WavSizeBytes(const Format& format, int channels, int64_t frames);

int BytesPerSample(const Format& format);
bool IsFloat(const Format& format);

// Full scale of an integer format in steps: 2^15 or 2^23. For float, that of 24 bits.
double StepsPerUnit(const Format& format);

// "wav16", "wav24", "wav32f": as a spec and a manifest write it.
std::string FormatName(const Format& format);

// The format with what is left open made plain: WAV, 24 bits.
Format ResolvedFormat(Format format);

}  // namespace trackout
