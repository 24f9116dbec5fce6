#include "coordinator/services/blobs_service.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/limits.h"
#include "core/rpc/status.h"
#include "fmt/format.h"

namespace trackout {
namespace {

grpc::Status TooBusy() {
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, "too many blobs are under way; try again");
}

}  // namespace

BlobsService::BlobsService(BlobStore& store, std::function<void(const Digest&)> on_lost,
                           std::function<bool(int64_t)> make_room)
    : store_(store), on_lost_(std::move(on_lost)), make_room_(std::move(make_room)) {}

grpc::ServerUnaryReactor* BlobsService::FindMissing(grpc::CallbackServerContext* context,
                                                    const FindMissingRequest* request,
                                                    FindMissingResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (request->digests_size() > kMostDigestsAtOnce) {
    reactor->Finish(ToRpc(absl::InvalidArgumentError(
        fmt::format("{} digests in one question; at most {}", request->digests_size(), kMostDigestsAtOnce))));
    return reactor;
  }
  const auto answer = [this, request, response, reactor] {
    const std::vector<Digest> digests(request->digests().begin(), request->digests().end());
    absl::StatusOr<std::vector<MissingBlob>> missing = store_.FindMissing(digests);
    if (missing.ok()) response->mutable_missing()->Add(missing->begin(), missing->end());
    reactor->Finish(ToRpc(missing.status()));
  };
  if (!threads_.Run(answer)) reactor->Finish(TooBusy());
  return reactor;
}

// gRPC ends a stream that was cancelled by failing its read; so the end of a chain is always a Finish, after
// which gRPC may destroy the stream at any moment.
class BlobsService::UploadStream : public grpc::ServerReadReactor<UploadRequest> {
 public:
  explicit UploadStream(BlobsService& service) : service_(service) { StartRead(&request_); }

  void OnReadDone(bool is_message) override {
    if (service_.threads_.Run([this, is_message] { is_message ? Take() : AtEnd(); })) return;
    writer_.reset();
    Finish(TooBusy());
  }
  void OnDone() override { delete this; }

 private:
  void Take() {
    if (writer_ == nullptr) {
      absl::StatusOr<std::unique_ptr<BlobWriter>> begun = Begin();
      if (!begun.ok() || *begun == nullptr) return End(begun.status());
      writer_ = *std::move(begun);
    }
    const std::string& bytes = request_.bytes();
    if (absl::Status taken = writer_->Append(std::as_bytes(std::span(bytes))); !taken.ok()) return End(taken);
    at_bytes_ += static_cast<int64_t>(bytes.size());
    StartRead(&request_);
  }

  // Null where the blob is there already.
  absl::StatusOr<std::unique_ptr<BlobWriter>> Begin() {
    digest_ = request_.digest();
    at_bytes_ = request_.offset();
    const absl::StatusOr<std::vector<MissingBlob>> missing = service_.store_.FindMissing({&digest_, 1});
    if (!missing.ok()) return missing.status();
    if (missing->empty()) return nullptr;
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer = service_.store_.Put(digest_, at_bytes_);
    if (!absl::IsResourceExhausted(writer.status())) return writer;
    if (service_.make_room_(digest_.size_bytes() - at_bytes_))
      return absl::UnavailableError("room is made on the disk; try again");
    return service_.store_.Put(digest_, at_bytes_);  // the room that another asked for may be there now
  }

  // No more messages: the client has sent all, or has given up, or is gone.
  void AtEnd() {
    if (writer_ == nullptr) return End(absl::InvalidArgumentError("an upload without a message"));
    if (at_bytes_ < digest_.size_bytes()) {
      return End(absl::OutOfRangeError(fmt::format("the upload has ended at {} of {} bytes, which are kept",
                                                   at_bytes_, digest_.size_bytes())));
    }
    End(writer_->Commit().status());
  }

  void End(const absl::Status& status) {
    writer_.reset();  // before the client hears of it: it may come back at once
    Finish(ToRpc(status));
  }

  BlobsService& service_;
  UploadRequest request_;
  Digest digest_;
  int64_t at_bytes_ = 0;
  std::unique_ptr<BlobWriter> writer_;
};

grpc::ServerReadReactor<UploadRequest>* BlobsService::Upload(grpc::CallbackServerContext* /*context*/,
                                                             UploadResponse* /*response*/) {
  return new UploadStream(*this);
}

class BlobsService::DownloadStream : public grpc::ServerWriteReactor<DownloadResponse> {
 public:
  DownloadStream(BlobsService& service, const DownloadRequest& request)
      : service_(service), request_(request) {
    Run([this] { Begin(); });
  }

  void OnWriteDone(bool is_sent) override {
    Run([this, is_sent] { is_sent ? Send() : End(absl::CancelledError("the client is gone")); });
  }
  void OnDone() override { delete this; }

 private:
  template <typename Step>
  void Run(Step step) {
    if (!service_.threads_.Run(step)) Finish(TooBusy());
  }

  void Begin() {
    if (request_.size_bytes() < 0) return End(absl::InvalidArgumentError("a size below zero"));
    absl::StatusOr<std::unique_ptr<BlobReader>> reader =
        service_.store_.Open(request_.digest(), request_.offset());
    if (!reader.ok()) return End(reader.status());
    reader_ = *std::move(reader);
    left_bytes_ = request_.digest().size_bytes() - request_.offset();
    if (request_.size_bytes() > 0) left_bytes_ = std::min(left_bytes_, request_.size_bytes());
    Send();
  }

  void Send() {
    std::string& bytes = *response_.mutable_bytes();
    bytes.resize(static_cast<size_t>(std::min(left_bytes_, int64_t{kPieceBytes})));
    const absl::StatusOr<size_t> count = reader_->Read(std::as_writable_bytes(std::span(bytes)));
    if (!count.ok() || *count == 0) return End(count.status());
    bytes.resize(*count);
    left_bytes_ -= static_cast<int64_t>(*count);
    StartWrite(&response_);
  }

  void End(const absl::Status& status) {
    if (absl::IsDataLoss(status) || absl::IsNotFound(status)) service_.on_lost_(request_.digest());
    reader_.reset();
    Finish(ToRpc(status));
  }

  BlobsService& service_;
  const DownloadRequest request_;
  DownloadResponse response_;
  std::unique_ptr<BlobReader> reader_;
  int64_t left_bytes_ = 0;
};

grpc::ServerWriteReactor<DownloadResponse>* BlobsService::Download(grpc::CallbackServerContext* /*context*/,
                                                                   const DownloadRequest* request) {
  return new DownloadStream(*this, *request);
}

}  // namespace trackout
