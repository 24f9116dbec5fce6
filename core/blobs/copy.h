// Moves a blob from one store to another, from where an earlier try stopped.
#pragma once

#include <atomic>

#include "absl/status/status.h"
#include "core/blobs/blob_store.h"

namespace trackout {

// Does nothing where `to` has it. Cancelled where `stop` is set; then and on Unavailable what has arrived is
// kept by `to`. NotFound and DataLoss as from.Open and to.Commit say; where a part that had arrived earlier
// is at fault, it starts again from the beginning.
//
// `bytes_done`, where given, rises by the blob's size in all, what had arrived before included; where the
// copy fails it is set back, so that the next try counts no byte twice.
absl::Status CopyBlob(BlobStore& from, BlobStore& to, const Digest& digest, const std::atomic<bool>& stop,
                      std::atomic<int64_t>* bytes_done);

}  // namespace trackout
