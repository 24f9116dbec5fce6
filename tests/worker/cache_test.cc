// The worker's cache: what is there, what must stay, what makes room, and what a failure leaves.
#include "worker/cache.h"

#include <mutex>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"

namespace trackout {
namespace {

using test::Folder;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A farm's store that counts what is read, and fails where a test wants it to.
class Farm : public BlobStore {
 public:
  Farm() : store_(*FileStore::Open(folder_.path(), Durability::kCached)) {}

  // A blob of `size` equal bytes.
  Digest Has(char byte, size_t size) {
    const std::string bytes(size, byte);
    std::unique_ptr<BlobWriter> writer = *store_->Create();
    EXPECT_TRUE(writer->Append(std::as_bytes(std::span(bytes))).ok());
    return *writer->Commit();
  }

  absl::StatusOr<std::vector<MissingBlob>> FindMissing(std::span<const Digest> digests) override {
    return store_->FindMissing(digests);
  }
  absl::StatusOr<std::unique_ptr<BlobReader>> Open(const Digest& digest, int64_t offset) override {
    const std::lock_guard lock(mutex_);
    opened_at_.push_back(offset);
    absl::StatusOr<std::unique_ptr<BlobReader>> reader = store_->Open(digest, offset);
    if (!reader.ok()) return reader;
    return std::make_unique<Reader>(*this, *std::move(reader));
  }
  absl::StatusOr<std::unique_ptr<BlobWriter>> Put(const Digest& digest, int64_t offset) override {
    return store_->Put(digest, offset);
  }

  std::vector<int64_t> opened_at() const {
    const std::lock_guard lock(mutex_);
    return opened_at_;
  }

  std::atomic<int64_t> goes_away_after = int64_t{1} << 60;  // bytes
  std::atomic<bool> is_waiting = false;                     // a read waits until this is false

 private:
  class Reader : public BlobReader {
   public:
    Reader(Farm& farm, std::unique_ptr<BlobReader> reader) : farm_(farm), reader_(std::move(reader)) {}
    absl::StatusOr<size_t> Read(std::span<std::byte> bytes) override {
      while (farm_.is_waiting) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (farm_.goes_away_after <= 0) return absl::UnavailableError("away");
      absl::StatusOr<size_t> read = reader_->Read(bytes.first(std::min<size_t>(bytes.size(), 4096)));
      if (read.ok()) farm_.goes_away_after -= static_cast<int64_t>(*read);
      return read;
    }

   private:
    Farm& farm_;
    const std::unique_ptr<BlobReader> reader_;
  };

  const Folder folder_;
  const std::unique_ptr<FileStore> store_;
  mutable std::mutex mutex_;
  std::vector<int64_t> opened_at_;  // guarded by mutex_
};

class CacheTest : public testing::Test {
 protected:
  CacheTest() { Start(kBound); }

  // A worker that starts on the folder of the one before.
  void Start(int64_t bound_bytes) {
    cache_.reset();
    store_ = *FileStore::Open(folder_.path(), Durability::kCached);
    cache_ = std::make_unique<Cache>(*store_, bound_bytes);
  }

  absl::StatusOr<Cache::Pins> Fetch(const std::vector<Digest>& digests) {
    lost_.clear();
    return cache_->Fetch(farm_, digests, stop_, lost_);
  }
  Cache::Pins Fetched(const std::vector<Digest>& digests) {
    absl::StatusOr<Cache::Pins> pins = Fetch(digests);
    EXPECT_TRUE(pins.ok()) << pins.status();
    return pins.ok() ? *std::move(pins) : Cache::Pins();
  }
  // A job that reads these, from begin to end.
  void Use(const std::vector<Digest>& digests) { Fetched(digests); }

  bool Holds(const Digest& digest) { return store_->FindMissing({&digest, 1})->empty(); }

  Digest Render(char byte, size_t size) {
    const std::string bytes(size, byte);
    std::unique_ptr<BlobWriter> writer = *store_->Create();
    EXPECT_TRUE(writer->Append(std::as_bytes(std::span(bytes))).ok());
    return *writer->Commit();
  }

  std::string PathOf(const Digest& digest) {
    return folder_ / ("blobs/" + Hex(digest).substr(0, 2) + "/" + Hex(digest));
  }

  static constexpr int64_t kBound = 100'000;
  const Folder folder_;
  Farm farm_;
  std::atomic<bool> stop_ = false;
  std::vector<Digest> lost_;
  std::unique_ptr<FileStore> store_;
  std::unique_ptr<Cache> cache_;
};

TEST_F(CacheTest, FetchesWhatIsMissingOnce) {
  const Digest a = farm_.Has('a', 30'000);
  const Digest b = farm_.Has('b', 20'000);
  const Cache::Pins first = Fetched({a, b, a});
  const Cache::Pins second = Fetched({b});
  EXPECT_TRUE(Holds(a));
  EXPECT_EQ(test::ReadFile(*store_->PathOf(b)), std::string(20'000, 'b'));
  EXPECT_THAT(farm_.opened_at(), ElementsAre(0, 0));
  EXPECT_EQ(cache_->held_bytes(), 50'000);
  EXPECT_EQ(cache_->fetched_bytes(), 50'000);
}

TEST_F(CacheTest, EvictsWhatWasUsedLongestAgo) {
  const Digest a = farm_.Has('a', 40'000);
  const Digest b = farm_.Has('b', 40'000);
  const Digest c = farm_.Has('c', 40'000);
  Use({a});
  Use({b});
  Use({a});
  Use({c});
  EXPECT_TRUE(Holds(a));
  EXPECT_FALSE(Holds(b));
  EXPECT_TRUE(Holds(c));
  EXPECT_EQ(cache_->held_bytes(), 80'000);
}

TEST_F(CacheTest, KeepsWhatIsPinned) {
  const Digest a = farm_.Has('a', 40'000);
  const Digest b = farm_.Has('b', 40'000);
  const Digest c = farm_.Has('c', 60'000);
  const Cache::Pins pinned = Fetched({a});
  Use({b});
  Use({c});
  EXPECT_TRUE(Holds(a));
  EXPECT_FALSE(Holds(b));
  cache_->DropUnpinned();
  EXPECT_TRUE(Holds(a));
  EXPECT_FALSE(Holds(c));
}

TEST_F(CacheTest, RefusesWhatCannotFitWithBothFigures) {
  const absl::Status refused = Fetch({farm_.Has('a', 60'000), farm_.Has('b', 60'000)}).status();
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("reads 120.0 kB"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("bound to 100.0 kB"));
  EXPECT_EQ(cache_->held_bytes(), 0);
}

TEST_F(CacheTest, WaitsForRoomThatOthersPin) {
  const Digest a = farm_.Has('a', 60'000);
  const Digest b = farm_.Has('b', 60'000);
  Cache::Pins pinned = Fetched({a});
  std::atomic<bool> is_there = false;
  std::thread other([&] {
    Use({b});
    is_there = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(is_there);
  pinned = Cache::Pins();
  other.join();
  EXPECT_FALSE(Holds(a));
  EXPECT_TRUE(Holds(b));
}

TEST_F(CacheTest, StopsWaitingForRoom) {
  const Cache::Pins pinned = Fetched({farm_.Has('a', 60'000)});
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop_ = true;
  });
  EXPECT_TRUE(absl::IsCancelled(Fetch({farm_.Has('b', 60'000)}).status()));
  other.join();
}

TEST_F(CacheTest, FetchesOnceWhatTwoWant) {
  const Digest a = farm_.Has('a', 60'000);
  farm_.is_waiting = true;
  std::thread one([&] { Use({a}); });
  std::thread other([&] { Use({a}); });
  while (farm_.opened_at().empty()) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  farm_.is_waiting = false;
  one.join();
  other.join();
  EXPECT_THAT(farm_.opened_at(), SizeIs(1));
  EXPECT_EQ(cache_->held_bytes(), 60'000);
}

TEST_F(CacheTest, StaysWithinItsBoundUnderManyHands) {
  std::vector<Digest> blobs;
  for (char name = 'a'; name < 'q'; ++name) blobs.push_back(farm_.Has(name, 20'000));
  std::vector<std::thread> hands;
  for (size_t hand = 0; hand < 4; ++hand) {
    hands.emplace_back([&, hand] {
      for (size_t i = 0; i < 40; ++i) {
        std::vector<Digest> lost;
        const std::vector<Digest> wanted{blobs[(hand + i) % 16], blobs[(hand * 3 + i * 5) % 16]};
        const absl::StatusOr<Cache::Pins> pins = cache_->Fetch(farm_, wanted, stop_, lost);
        ASSERT_TRUE(pins.ok()) << pins.status();
        for (const Digest& digest : wanted) EXPECT_TRUE(Holds(digest));
        EXPECT_LE(cache_->held_bytes(), kBound);
      }
    });
  }
  for (std::thread& hand : hands) hand.join();
  int64_t on_disk = 0;
  for (const Digest& digest : store_->Held()) on_disk += digest.size_bytes();
  EXPECT_EQ(on_disk, cache_->held_bytes());
}

TEST_F(CacheTest, SaysAllThatTheFarmHasLost) {
  const Digest here = farm_.Has('a', 100);
  EXPECT_TRUE(absl::IsNotFound(Fetch({here, DigestOf("lost"), DigestOf("gone")}).status()));
  EXPECT_THAT(lost_, SizeIs(2));
  EXPECT_THAT(farm_.opened_at(), IsEmpty());
  EXPECT_EQ(cache_->held_bytes(), 0);
}

TEST_F(CacheTest, RefusesWhatIsNoDigest) {
  Digest odd = DigestOf("odd");
  odd.set_size_bytes(-5);
  EXPECT_TRUE(absl::IsInvalidArgument(Fetch({odd}).status()));
}

TEST_F(CacheTest, GoesOnWhereItStoppedAfterARestart) {
  const Digest a = farm_.Has('a', 60'000);
  farm_.goes_away_after = 20'000;
  EXPECT_TRUE(absl::IsUnavailable(Fetch({a}).status()));
  Start(kBound);
  farm_.goes_away_after = 1'000'000;
  Use({a});
  EXPECT_THAT(farm_.opened_at(), ElementsAre(0, Gt(10'000)));
  EXPECT_EQ(test::ReadFile(*store_->PathOf(a)), std::string(60'000, 'a'));
}

TEST_F(CacheTest, TakesOverWhatItHeldAsFarAsTheBoundAllows) {
  const Digest a = farm_.Has('a', 40'000);
  const Digest b = farm_.Has('b', 40'000);
  Use({a, b});
  Start(kBound);
  EXPECT_EQ(cache_->held_bytes(), 80'000);
  Use({a, b});
  EXPECT_THAT(farm_.opened_at(), SizeIs(2));
  Start(50'000);
  EXPECT_EQ(cache_->held_bytes(), 40'000);
  EXPECT_THAT(store_->Held(), SizeIs(1));
}

TEST_F(CacheTest, FetchesAgainWhatABadDiskHasChanged) {
  const Digest a = farm_.Has('a', 4'000);
  Use({a});
  test::WriteFile(PathOf(a), std::string(4'000, 'b'));
  Start(kBound);
  Use({a});
  EXPECT_EQ(test::ReadFile(*store_->PathOf(a)), std::string(4'000, 'a'));
}

TEST_F(CacheTest, FindsDamageBeforeASourceIsBlamed) {
  const Digest a = farm_.Has('a', 4'000);
  {
    const Cache::Pins pins = Fetched({a});
    EXPECT_FALSE(cache_->FindDamage(pins, stop_));
    test::WriteFile(PathOf(a), std::string(4'000, 'b'));
    EXPECT_TRUE(cache_->FindDamage(pins, stop_));
  }
  Use({a});
  EXPECT_EQ(test::ReadFile(*store_->PathOf(a)), std::string(4'000, 'a'));
}

TEST_F(CacheTest, KeepsWhatWasRenderedUntilItIsUploaded) {
  Cache::Pins made;
  Digest print;
  {
    Cache::Rendering rendering(*cache_);
    print = Render('p', 70'000);
    made = rendering.Keep({print});
  }
  EXPECT_EQ(cache_->held_bytes(), 70'000);
  const Digest a = farm_.Has('a', 30'000);
  Use({a});
  cache_->DropUnpinned();
  EXPECT_TRUE(Holds(print));
  made = Cache::Pins();
  Use({farm_.Has('b', 90'000)});
  EXPECT_FALSE(Holds(print));
}

TEST_F(CacheTest, FindsWhatAFailedRenderHasLeft) {
  Digest left;
  {
    const Cache::Rendering rendering(*cache_);
    left = Render('p', 70'000);
  }
  EXPECT_EQ(cache_->held_bytes(), 70'000);
  cache_->DropUnpinned();
  EXPECT_FALSE(Holds(left));
}

TEST_F(CacheTest, WithoutABoundKeepsAllAndCopiesNothing) {
  Start(0);
  const Digest a = Render('a', 300'000);
  const std::string source = folder_.Write("source.wav", "sound");
  store_->Adopt(DigestOf("sound"), source);
  {
    const absl::StatusOr<Cache::Pins> pins =
        cache_->Fetch(*store_, std::vector{a, DigestOf("sound")}, stop_, lost_);
    EXPECT_TRUE(pins.ok()) << pins.status();
  }
  cache_->DropUnpinned();
  EXPECT_TRUE(Holds(a));
  EXPECT_EQ(cache_->fetched_bytes(), 0);
  EXPECT_TRUE(absl::IsNotFound(cache_->Fetch(*store_, std::vector{DigestOf("x")}, stop_, lost_).status()));
  EXPECT_THAT(lost_, SizeIs(1));
}

}  // namespace
}  // namespace trackout
