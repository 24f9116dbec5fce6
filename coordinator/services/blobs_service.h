// The Blobs service of a store, on gRPC's callback API.
//
// Each stream is a chain of steps: gRPC's thread takes a message in or out, a disk thread does the rest of
// the step and begins the next. So a stream has one message in flight, which is its back-pressure, its steps
// never run at once, and no thread of gRPC's waits for a disk or a hash.
#pragma once

#include <functional>

#include "coordinator/services/disk_threads.h"
#include "core/blobs/blob_store.h"
#include "grpcpp/grpcpp.h"
#include "proto/blobs.grpc.pb.h"

namespace trackout {

// Thread-safe. Outlives the server that it is registered with.
class BlobsService : public Blobs::CallbackService {
 public:
  // `store` outlives it. `on_lost` is told what a download found damaged or not there, from any thread, with
  // no lock held. `make_room`, as freely, is asked for the bytes of an upload that the store has no room for:
  // whether there will be some in a moment. Then the upload is answered with UNAVAILABLE, and comes again.
  BlobsService(
      BlobStore& store, std::function<void(const Digest&)> on_lost,
      std::function<bool(int64_t)> make_room = [](int64_t) { return false; });

  grpc::ServerUnaryReactor* FindMissing(grpc::CallbackServerContext* context,
                                        const FindMissingRequest* request,
                                        FindMissingResponse* response) override;
  // An upload of a blob that is there is answered before it has been sent. One that ends early keeps what has
  // arrived, and is answered with OUT_OF_RANGE.
  grpc::ServerReadReactor<UploadRequest>* Upload(grpc::CallbackServerContext* context,
                                                 UploadResponse* response) override;
  grpc::ServerWriteReactor<DownloadResponse>* Download(grpc::CallbackServerContext* context,
                                                       const DownloadRequest* request) override;

 private:
  class UploadStream;
  class DownloadStream;

  BlobStore& store_;
  const std::function<void(const Digest&)> on_lost_;
  const std::function<bool(int64_t)> make_room_;
  DiskThreads threads_;
};

}  // namespace trackout
