// The tag files of a BagIt 1.0 bag (RFC 8493): what `sha256sum -c manifest-sha256.txt` reads. Pure.
#pragma once

#include <string>
#include <vector>

#include "proto/album.pb.h"
#include "proto/blobs.pb.h"

namespace trackout {

// A file of the payload; `path` below data/.
struct PayloadFile {
  std::string path;
  Digest digest;
};

// A file to write, `path` below the package.
struct TextFile {
  std::string path;
  std::string text;
};

// bagit.txt, bag-info.txt, manifest-sha256.txt and tagmanifest-sha256.txt, in the order to write them.
std::vector<TextFile> BagTagFiles(const Album& album, std::vector<PayloadFile> payload);

}  // namespace trackout
