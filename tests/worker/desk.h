// A farm as a test scripts it: a desk that gives leases, loses and refuses them, and a store that can be
// away.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/blobs/file_store.h"
#include "worker/lease_client.h"

namespace trackout::test {

inline bool Eventually(const std::function<bool()>& happened) {
  for (int i = 0; i < 6000; ++i) {
    if (happened()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

// A coordinator's desk with one queue of leases. It answers a question again when it is asked again.
class Desk : public LeaseClient {
 public:
  explicit Desk(BlobStore& store) : store_(store) {}

  // What the next question is answered with.
  std::string Offer(const std::vector<PlannedJob>& jobs, const std::vector<JobResult>& earlier = {}) {
    AcquireResponse offer;
    for (const PlannedJob& job : jobs) {
      *offer.add_jobs() = job;
      offer.mutable_lease()->add_job_keys(job.key());
    }
    for (const JobResult& result : earlier) *offer.add_earlier() = result;
    return OfferThis(std::move(offer));
  }
  std::string OfferThis(AcquireResponse offer) {
    const std::lock_guard lock(mutex_);
    const std::string nonce = "nonce-" + std::to_string(++offers_);
    offer.mutable_lease()->set_nonce(nonce);
    offer.mutable_lease()->set_attempt(offers_);
    offer.set_lease_ms(lease_ms);
    offer.set_order("night0001");
    offer.set_song(1);
    offer.set_title("The Fast Route");
    waiting_.push_back(std::move(offer));
    changed_.notify_all();
    return nonce;
  }

  void Lose(const std::string& nonce) {
    const std::lock_guard lock(mutex_);
    lost_.push_back(nonce);
  }
  // The next completions are answered so; then by what is true.
  void WillAnswer(CompleteResponse::Verdict verdict) {
    const std::lock_guard lock(mutex_);
    verdicts_.push_back(verdict);
  }

  // All calls fail so from now on; OkStatus: no more.
  void Refuse(const absl::Status& refusal) {
    const std::lock_guard lock(mutex_);
    refusal_ = refusal;
    changed_.notify_all();
  }

  absl::StatusOr<AcquireResponse> Acquire(const AcquireRequest& request) override {
    std::unique_lock lock(mutex_);
    asked_.push_back(request);
    if (!refusal_.ok()) return refusal_;
    if (is_away) return absl::UnavailableError("away");
    AcquireResponse answer;
    if (const auto known = given_.find(request.number()); known != given_.end()) {
      answer = known->second;
    } else {
      const auto wait = std::chrono::milliseconds(request.wait_ms());
      changed_.wait_for(lock, wait, [this] {
        return is_stopped_ || is_away || drains || !refusal_.ok() || !waiting_.empty();
      });
      if (is_stopped_) return absl::CancelledError("stopped");
      if (!refusal_.ok()) return refusal_;
      if (is_away) return absl::UnavailableError("away");
      answer.set_drain(drains);
      if (!waiting_.empty()) {
        answer = waiting_.front();
        waiting_.pop_front();
        given_[request.number()] = answer;
      }
    }
    if (answers_to_lose-- > 0) return absl::UnavailableError("the answer got lost");
    return answer;
  }

  absl::StatusOr<RenewResponse> Renew(const RenewRequest& request) override {
    const std::lock_guard lock(mutex_);
    if (!refusal_.ok()) return refusal_;
    if (is_away) return absl::UnavailableError("away");
    renewed_.push_back(request);
    RenewResponse answer;
    for (const std::string& nonce : lost_) answer.add_lost_nonces(nonce);
    answer.set_lease_ms(lease_ms);
    answer.set_drain(drains);
    return answer;
  }

  absl::StatusOr<CompleteResponse> Complete(const CompleteRequest& request) override {
    const std::lock_guard lock(mutex_);
    ++completions_tried;
    if (!refusal_.ok()) return refusal_;
    if (is_journal_full) return absl::ResourceExhaustedError("journal.sqlite: the disk is full");
    if (is_away) return absl::UnavailableError("away");
    CompleteResponse answer;
    answer.set_verdict(CompleteResponse::accepted);
    for (const JobResult& result : request.results()) {
      for (const Rendered& output : result.outputs()) {
        if (store_.FindMissing({&output.digest(), 1})->empty()) continue;
        *answer.add_missing_blobs() = output.digest();
        answer.set_verdict(CompleteResponse::missing);
      }
    }
    if (!verdicts_.empty()) {
      answer.set_verdict(verdicts_.front());
      verdicts_.pop_front();
    }
    completed_.push_back(request);
    given_verdicts_.push_back(answer.verdict());
    return answer;
  }

  absl::StatusOr<ReleaseResponse> Release(const ReleaseRequest& request) override {
    const std::lock_guard lock(mutex_);
    if (!refusal_.ok()) return refusal_;
    if (is_away) return absl::UnavailableError("away");
    released_.push_back(request);
    return ReleaseResponse();
  }

  void StopAcquiring() override {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    changed_.notify_all();
  }

  void GoAway() {
    const std::lock_guard lock(mutex_);
    is_away = true;
    changed_.notify_all();
  }
  void DrainWorker() {
    const std::lock_guard lock(mutex_);
    drains = true;
    changed_.notify_all();
  }

  std::vector<AcquireRequest> asked() const { return Copy(asked_); }
  std::vector<RenewRequest> renewed() const { return Copy(renewed_); }
  std::vector<CompleteRequest> completed() const { return Copy(completed_); }
  std::vector<ReleaseRequest> released() const { return Copy(released_); }
  std::vector<CompleteResponse::Verdict> verdicts() const { return Copy(given_verdicts_); }
  size_t given() const {
    const std::lock_guard lock(mutex_);
    return given_.size();
  }
  // Frames that the last renewal has told of a lease.
  int64_t FramesOf(const std::string& nonce) const {
    const std::lock_guard lock(mutex_);
    if (renewed_.empty()) return 0;
    for (const HeldLease& held : renewed_.back().leases()) {
      if (held.lease().nonce() == nonce) return held.steps_done();
    }
    return 0;
  }
  bool IsRendering(const std::string& nonce) const {
    return Eventually([&] { return FramesOf(nonce) > 0; });
  }

  std::atomic<bool> is_away = false;
  std::atomic<bool> drains = false;
  std::atomic<bool> is_journal_full = false;  // what is handed in cannot be kept
  std::atomic<int> answers_to_lose = 0;
  std::atomic<int> completions_tried = 0;
  int64_t lease_ms = 10'000;

 private:
  template <typename List>
  List Copy(const List& list) const {
    const std::lock_guard lock(mutex_);
    return list;
  }

  BlobStore& store_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<AcquireResponse> waiting_;  // guarded by mutex_, as all below
  std::map<int64_t, AcquireResponse> given_;
  std::vector<std::string> lost_;
  std::deque<CompleteResponse::Verdict> verdicts_;
  std::vector<AcquireRequest> asked_;
  std::vector<RenewRequest> renewed_;
  std::vector<CompleteRequest> completed_;
  std::vector<CompleteResponse::Verdict> given_verdicts_;
  std::vector<ReleaseRequest> released_;
  int64_t offers_ = 0;
  absl::Status refusal_;
  bool is_stopped_ = false;
};

// The farm's store, which can be away, or full.
class FarmStore : public BlobStore {
 public:
  explicit FarmStore(FileStore& store) : store_(store) {}

  absl::StatusOr<std::vector<MissingBlob>> FindMissing(std::span<const Digest> digests) override {
    if (is_away) return absl::UnavailableError("the store is away");
    return store_.FindMissing(digests);
  }
  absl::StatusOr<std::unique_ptr<BlobReader>> Open(const Digest& digest, int64_t offset) override {
    if (is_away) return absl::UnavailableError("the store is away");
    return store_.Open(digest, offset);
  }
  absl::StatusOr<std::unique_ptr<BlobWriter>> Put(const Digest& digest, int64_t offset) override {
    if (is_away) return absl::UnavailableError("the store is away");
    ++puts_tried;
    if (is_full) return absl::ResourceExhaustedError("the disk is full");
    return store_.Put(digest, offset);
  }

  std::atomic<bool> is_away = false;
  std::atomic<bool> is_full = false;
  std::atomic<int> puts_tried = 0;

 private:
  FileStore& store_;
};

}  // namespace trackout::test
