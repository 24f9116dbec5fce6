// Sources that nobody recorded: what a client would say of a file with these bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "proto/render.pb.h"

namespace trackout::test {

// Mono at 48 kHz.
inline Source RecordedSource(const std::string& path, std::string_view bytes, int64_t frames) {
  Source source;
  source.set_path(path);
  *source.mutable_digest() = DigestOf(bytes);
  source.set_channels(1);
  source.set_sample_rate(48000);
  source.set_frames(frames);
  return source;
}

}  // namespace trackout::test
