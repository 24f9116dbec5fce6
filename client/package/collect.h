// Puts a package together in a staging folder: files out of the blob store, and the texts as they were sealed
// (coordinator/package/seal.h).
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/blobs/file_store.h"
#include "proto/orders.pb.h"

namespace trackout {

// InvalidArgument where a path of the package leads out of it: a farm is not trusted to say where to write.
absl::Status CheckPackagePaths(const Package& package);

// Every file of the package, below its folder.
std::set<std::string> PathsOf(const Package& package);

// One of the package's texts; empty where there is none of that path.
std::string TextOf(const Package& package, const std::string& path);

// The blobs that the package's files are, each once, and the bytes of files that have the bytes of another.
std::vector<Digest> BlobsOf(const Package& package);
int64_t CopiedBytes(const Package& package);

// Links every file of the package from the store to folder/data/ (copies it where several files have its
// bytes), and writes the texts. The store keeps its blobs: whoever is killed here goes on with them.
absl::Status AssemblePackage(const Package& package, FileStore& store, const std::string& folder);

}  // namespace trackout
