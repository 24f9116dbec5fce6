// Everything of a package but its sound: the manifest and the texts. Pure.
#pragma once

#include <string>

#include "core/job_key.h"
#include "proto/blobs.pb.h"
#include "proto/manifest.pb.h"
#include "proto/orders.pb.h"

namespace trackout {

// Every job with files or proofs must have a result.
Package SealPackage(const Album& album, const std::string& spec_text, const RenderPlan& plan,
                    const JobResults& results);

// The same of a manifest that is finished; `album_text` is what the package's album.yaml shall hold.
Package SealManifest(const Album& album, const std::string& album_text, Manifest manifest);

// The blob whose bytes a file of a finished manifest has.
Digest BlobOf(const File& file);

}  // namespace trackout
