// Every bound of the farm, each with its reason.
#pragma once

#include <cstdint>

namespace trackout {

// The spec. The largest real albums stay below 1 MiB and 20,000 values without automation; a fader that is
// ridden for four minutes has some 2,400 points of three values. A bomb of aliases goes on.
inline constexpr int64_t kMostSpecBytes = int64_t{16} << 20;
inline constexpr int64_t kMostYamlValues = 600'000;
inline constexpr int kMostYamlLevels = 32;
// Of one song. A film mix has some hundred tracks; a worker holds a block of sound for each of them.
inline constexpr int kMostTracks = 1000;
inline constexpr int kMostBuses = 500;  // and returns
// Of one song. Each version is planned with all others beside it, and rendered as a song of its own, each
// edit in each of them.
inline constexpr int kMostVersions = 32;
inline constexpr int kMostEdits = 64;
// Of one strip, and of one equaliser: more than any session holds; each is memory and work for every block.
inline constexpr int kMostInserts = 32;
inline constexpr int kMostBands = 32;
// Of an impulse: longer than any hall rings; it is kept in memory, as spectra.
inline constexpr int64_t kMostImpulseSeconds = 30;
// A delay, in either direction. That of a bus is kept in memory, channel by channel; that of a track only
// moves where its files are read.
inline constexpr int64_t kLongestBusDelayNs = int64_t{10} * 1'000'000'000;
inline constexpr int64_t kLongestTrackDelayNs = int64_t{60} * 1'000'000'000;
// Errors told at once: more than a screen of them helps nobody.
inline constexpr int kMostFindings = 50;

// A time in a spec: two days, far above any song, far below what 64 bits of nanoseconds hold.
inline constexpr int64_t kLongestTimeNs = int64_t{48} * 3600 * 1'000'000'000;
inline constexpr int kHighestRate = 768'000;
// A source: more frames than this only a header says that does not know.
inline constexpr int64_t kLongestFileFrames = int64_t{1} << 48;
inline constexpr int64_t kLongestTimeFrames = int64_t{48} * 3600 * kHighestRate;

// What rings on behind the last clip, where a song names no `max_tail`: longer than any hall; beyond it is a
// feedback. Its end then fades out: five seconds are heard as an end, not as a cut.
inline constexpr int64_t kLongestTailMs = 60'000;
inline constexpr int64_t kFinalFadeMs = 5'000;
static_assert(kFinalFadeMs < kLongestTailMs);

// Values of a rate converter's filter that are kept (32 MiB): all common pairs of rates have far fewer.
inline constexpr int64_t kMostFilterValues = int64_t{4} << 20;

// Frames that a block of the mixer may have. Below 16 the loop costs more than the sound; above
// some hundred thousand the buffers of many tracks do not fit into memory.
inline constexpr int kFewestBlockFrames = 16;
inline constexpr int kMostBlockFrames = 1 << 18;
// The default: large enough for cheap reads and few meetings of threads, small enough for the second-level
// cache.
inline constexpr int kBlockFrames = 8192;
// Samples that a render keeps of the past, where signals that play together have delays of their own: half a
// gigabyte, some minutes of all buses of a song.
inline constexpr int64_t kMostHistorySamples = int64_t{1} << 26;

inline constexpr int kMostWorkers = 256;

// Sources that a client remembers between its runs: some tens of albums, some megabytes. Its file is not read
// where it is larger than it can have become.
inline constexpr int kMostRememberedSources = 20'000;
inline constexpr int64_t kMostMemoryBytes = int64_t{32} << 20;
// A file changed so shortly before it was looked at may be changed again without another time.
inline constexpr int64_t kSettledNs = 2'000'000'000;

// The farm. A lease is long beside a slow garbage-collected disk, short beside a person's patience.
inline constexpr int64_t kLeaseMs = 15'000;
// A worker asks again at least this often: a dead connection is noticed, and no proxy cuts the wait.
inline constexpr int64_t kLongestWaitMs = 20'000;
// A peer tries to reach the coordinator again after at most this pause, and gives a try this time: on a busy
// machine a handshake takes long.
inline constexpr int kReconnectMs = 1'000;
inline constexpr int kConnectMs = 2'500;
// After a start, workers come back (a pause, a try, a renewal) and keep the leases that they had; only then
// is work handed out.
inline constexpr int64_t kReturnMs = 5'000;
static_assert(kReturnMs > kReconnectMs + kConnectMs + 1'000);
// Attempts of a job that fail, on different workers where there are, before its songs fail.
inline constexpr int kMostFailures = 3;
// Attempts that end with their worker (dead, cut off): a job that kills its worker must not kill the farm.
inline constexpr int kMostLostLeases = 6;
// Workers and polls that the coordinator remembers.
inline constexpr int kMostKnownWorkers = 10'000;
// Leases of one worker: its slots and what it fetches ahead.
inline constexpr int kMostLeasesOfWorker = 2 * kMostWorkers;
// Prints that the coordinator keeps though no open song reads them, so that a song of which only the master
// was changed finds them: those of an album at 96 kHz, twelve songs of five minutes with ten stereo stems
// (55 GB). And not more than a quarter of the room that they leave, counted with their own, beyond a
// gigabyte: three times their bytes stay free, and a second of the fastest network until the oldest have
// given way.
inline constexpr int64_t kMostKeptPrintBytes = int64_t{64} << 30;
inline constexpr int64_t kShareOfKeptPrints = 4;
inline constexpr int64_t kRoomBesidePrintsBytes = int64_t{1} << 30;
// Sources that the coordinator remembers a worker to hold.
inline constexpr int kMostHeldSources = 20'000;

// Room that a durable store leaves on its disk: the journal stands beside it, and must go on.
inline constexpr int64_t kReserveBytes = int64_t{8} << 20;

// gRPC messages. Bytes move in pieces of half a megabyte, where the loopback is fastest; a control message
// holds a plan at most, which is below the spec's own bound times a few.
inline constexpr int kPieceBytes = 512 << 10;
inline constexpr int kMostMessageBytes = 64 << 20;
// Of a plan, which goes into one message, as what comes of it does. An album of ordinary songs takes a
// hundredth of it; a stem for each of hundreds of tracks behind a compressed bus holds that bus in each of
// them.
inline constexpr int64_t kMostPlanBytes = kMostMessageBytes / 4;
// Of one question: 40 bytes each, far below a message.
inline constexpr int kMostDigestsAtOnce = 10'000;

// Bytes of a name in a package: below what any file system allows (255), with room for a path.
inline constexpr int kMostNameBytes = 120;

}  // namespace trackout
