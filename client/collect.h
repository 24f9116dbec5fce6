// Puts a package together in a staging folder: files out of the blob store, the manifest, the spec, the
// bag's tag files.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "core/blob_store.h"
#include "proto/album.pb.h"
#include "proto/manifest.pb.h"

namespace trackout {

// Moves every file of the manifest from the store to folder/data/ (copies it where several files have its
// bytes), and writes the rest. `album_text` is what data/album.yaml shall hold.
absl::Status AssemblePackage(const Album& album, const Manifest& manifest, const std::string& album_text,
                             BlobStore& store, const std::string& folder);

}  // namespace trackout
