// The blobs of a farm, through its Blobs service. One message in flight a direction: HTTP/2's flow control is
// the back-pressure.
#pragma once

#include <memory>

#include "core/blobs/blob_store.h"
#include "grpcpp/channel.h"

namespace trackout {

// Thread-safe. Every call gives up with Unavailable when the other side is silent; nothing is retried here.
// What the other side says of a Put comes with an Append or the Commit. Append succeeds, and sends no more,
// once the other side has the blob from elsewhere. A writer that is dropped waits up to a few seconds for the
// other side to put away what was sent, so that the next try can go on from there.
std::unique_ptr<BlobStore> RemoteStore(std::shared_ptr<grpc::Channel> channel);

}  // namespace trackout
