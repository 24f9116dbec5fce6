// Chains in the graph: latency, controls for parts, side-chains, blocks. With processors made up here, whose
// sound is known exactly.
#include "worker/render/graph/chain.h"

#include <cmath>
#include <deque>

#include "tests/worker/render/studio.h"
#include "worker/render/graph/graph.h"

namespace trackout {
namespace {

using dsp::Applier;
using dsp::ConstChannels;
using dsp::Detector;

// Late by some frames, and times a control: 1 / (1 + |key|) of the frame that comes out, where the key is the
// signal or the first channel of the side-chain.
class Ducker : public dsp::Processor {
 public:
  explicit Ducker(int64_t latency) : latency_(latency) {}
  int64_t latency() const override { return latency_; }

  class Late {
   public:
    explicit Late(int64_t latency) : past_(static_cast<size_t>(latency), 0.0) {}
    double operator()(double sample) {
      past_.push_back(sample);
      const double late = past_.front();
      past_.pop_front();
      return late;
    }

   private:
    std::deque<double> past_;
  };

  class Ears : public Detector {
   public:
    explicit Ears(int64_t latency) : late_(latency) {}
    int width() const override { return 1; }
    void Detect(int64_t, ConstChannels whole, ConstChannels sidechain, std::span<double> control) override {
      const std::span<const double> key = sidechain.empty() ? whole[0] : sidechain[0];
      for (size_t i = 0; i < key.size(); ++i) control[i] = 1 / (1 + std::abs(late_(key[i])));
    }

   private:
    Late late_;
  };
  class Hands : public Applier {
   public:
    explicit Hands(int64_t latency) : late_(2, Late(latency)) {}
    void Apply(int64_t, std::span<const double> control, dsp::Channels signal) override {
      for (size_t c = 0; c < signal.size(); ++c) {
        for (size_t i = 0; i < control.size(); ++i) signal[c][i] = late_[c](signal[c][i]) * control[i];
      }
    }

   private:
    std::vector<Late> late_;
  };

  std::unique_ptr<Detector> NewDetector() const override { return std::make_unique<Ears>(latency_); }
  std::unique_ptr<Applier> NewApplier() const override { return std::make_unique<Hands>(latency_); }

 private:
  const int64_t latency_;
};

ChainStage Duck(int64_t latency, int sidechain = kNoSidechain) {
  return {std::make_shared<Ducker>(latency), sidechain, "duck " + std::to_string(latency)};
}

class ChainTest : public test::Studio {
 protected:
  static constexpr int64_t kFrames = 3000;

  int Play(Graph& graph, const std::string& name, const test::Samples& samples, int64_t start = 0) {
    const Digest source = Record(name, 1, samples);
    return graph.AddPlaylist(PlaylistOf(1, {Clip(source, start, 0, static_cast<int64_t>(samples.size()))}));
  }

  // What a lead sounds like from `begin` on, in blocks of this size.
  std::vector<test::Samples> Hear(Graph& graph, const std::vector<Lead>& leads, int block,
                                  int64_t begin = 0) {
    for (const Lead& lead : leads) graph.Use(lead, begin);
    EXPECT_TRUE(graph.Prepare().ok());
    std::vector<test::Samples> heard(leads.size());
    std::vector<Scratch> scratch(static_cast<size_t>(block / 16 + 1), Scratch(16));
    for (int64_t first = std::min(graph.FirstFrame(), begin); first < kFrames;) {
      const int64_t bound = first < begin ? begin : kFrames;
      const auto count = static_cast<int>(std::min<int64_t>(block, bound - first));
      EXPECT_TRUE(graph.Load(first, count, nullptr).ok());
      graph.RenderLevels(nullptr, scratch);
      for (size_t i = 0; i < leads.size() && first >= begin; ++i) {
        const ConstPlanes planes = graph.at(leads[i], first, static_cast<size_t>(count));
        heard[i].insert(heard[i].end(), planes[0].begin(), planes[0].end());
      }
      first += count;
    }
    return heard;
  }

  // Samples that 24 bits hold.
  static test::Samples Steps(uint64_t seed, size_t count = kFrames) {
    test::Samples samples(count);
    for (size_t i = 0; i < count; ++i)
      samples[i] = std::ldexp(static_cast<double>((seed + i * 7919) % 65536) - 32768, -16);
    return samples;
  }

  Graph NewGraph(int block) { return Graph(store_, test::kSampleRate, block, 16); }
};

TEST_F(ChainTest, StandsAtTheFramesOfTheSongWhateverItsLatency) {
  test::Samples impulse(kFrames, 0.0);
  impulse[500] = 0.5;
  Graph graph = NewGraph(128);
  const int track = Play(graph, "impulse", impulse);
  const int chain = graph.AddChain({track, 0}, {Duck(37), Duck(100)});
  const int delayed = graph.AddChain({track, 70}, {Duck(5)});
  const std::vector<test::Samples> heard = Hear(graph, {{track, 0}, {chain, 0}, {delayed, 0}}, 128);
  const double once = 0.5 / 1.5;
  for (size_t i = 0; i < kFrames; ++i) {
    EXPECT_EQ(heard[0][i], i == 500 ? 0.5 : 0) << i;
    EXPECT_DOUBLE_EQ(heard[1][i], i == 500 ? once / (1 + once) : 0) << i;
    EXPECT_DOUBLE_EQ(heard[2][i], i == 570 ? once : 0) << i;
  }
}

TEST_F(ChainTest, GivesPartsTheGainsOfTheWhole) {
  const test::Samples a = Steps(1), b = Steps(77777);
  for (const int block : {16, 64, 511, 4096}) {
    Graph graph = NewGraph(block);
    const int first = Play(graph, "a", a), second = Play(graph, "b", b);
    const int whole = graph.AddSum(1, {{{first, 0}, WireOf(1)}, {{second, 0}, WireOf(1)}});
    const int chain = graph.AddChain({whole, 0}, {Duck(20), Duck(3)});
    const int part = graph.AddFollower(chain, {first, 0}), rest = graph.AddFollower(chain, {second, 0});
    const std::vector<test::Samples> heard = Hear(graph, {{chain, 0}, {part, 0}, {rest, 0}}, block);
    for (size_t i = 0; i < kFrames; ++i) {
      const double sum = a[i] + b[i];
      const double once = sum / (1 + std::abs(sum));
      const double gain = 1 / (1 + std::abs(sum)) * (1 / (1 + std::abs(once)));
      ASSERT_NEAR(heard[0][i], sum * gain, 1e-15) << i << " in blocks of " << block;
      ASSERT_NEAR(heard[1][i], a[i] * gain, 1e-15) << i;
      ASSERT_NEAR(heard[1][i] + heard[2][i], heard[0][i], 1e-15) << i;
    }
  }
}

TEST_F(ChainTest, APartThatIsTheWholeIsTheSameNode) {
  Graph graph = NewGraph(64);
  const int track = Play(graph, "a", Steps(1));
  const int chain = graph.AddChain({track, 0}, {Duck(20)});
  EXPECT_EQ(graph.AddFollower(chain, {track, 0}), chain);
  EXPECT_EQ(graph.AddChain({track, 0}, {Duck(20)}), chain);
  EXPECT_NE(graph.AddChain({track, 1}, {Duck(20)}), chain);
  EXPECT_EQ(graph.AddChain({track, 0}, {}), track);
}

TEST_F(ChainTest, FollowersAreInStepThoughTheChainIsReadAhead) {
  const test::Samples a = Steps(1), b = Steps(5);
  Graph graph = NewGraph(256);
  const int first = Play(graph, "a", a), second = Play(graph, "b", b);
  const int whole = graph.AddSum(1, {{{first, 0}, WireOf(1)}, {{second, 0}, WireOf(1)}});
  const int chain = graph.AddChain({whole, 0}, {Duck(11)});
  const int part = graph.AddFollower(chain, {first, 0});
  // Somebody hears the chain 90 frames early, and the part 300 late.
  const std::vector<test::Samples> heard = Hear(graph, {{chain, -90}, {part, 300}, {part, 0}}, 256);
  for (size_t i = 0; i < kFrames; ++i) {
    const auto gain = [&](size_t at) { return 1 / (1 + std::abs(a[at] + b[at])); };
    const double early = i + 90 < kFrames ? (a[i + 90] + b[i + 90]) * gain(i + 90) : 0;
    ASSERT_NEAR(heard[0][i], early, 1e-15) << i;
    ASSERT_NEAR(heard[1][i], i < 300 ? 0 : a[i - 300] * gain(i - 300), 1e-15) << i;
    ASSERT_NEAR(heard[2][i], a[i] * gain(i), 1e-15) << i;
  }
}

TEST_F(ChainTest, HearsItsSideChainAtTheSameFrame) {
  const test::Samples a = Steps(1), b = Steps(5);
  for (const int block : {17, 600}) {
    Graph graph = NewGraph(block);
    const int first = Play(graph, "a", a), second = Play(graph, "b", b);
    const int key = graph.AddChain({second, 0}, {Duck(50)});
    const int chain = graph.AddChain({first, 0}, {Duck(8), Duck(40, key)});
    const std::vector<test::Samples> heard = Hear(graph, {{chain, 0}}, block);
    for (size_t i = 0; i < kFrames; ++i) {
      const double heard_key = b[i] / (1 + std::abs(b[i]));
      const double once = a[i] / (1 + std::abs(a[i]));
      ASSERT_NEAR(heard[0][i], once / (1 + std::abs(heard_key)), 1e-15) << i;
    }
  }
}

// The running mean of everything so far: what began later would sound otherwise.
class Memory : public dsp::Processor {
 public:
  class Sum : public Applier {
   public:
    void Apply(int64_t, std::span<const double>, dsp::Channels signal) override {
      for (double& sample : signal[0]) sample = sum_ = sum_ + sample;
    }

   private:
    double sum_ = 0;
  };
  std::unique_ptr<Applier> NewApplier() const override { return std::make_unique<Sum>(); }
};

TEST_F(ChainTest, BeginsWithTheFirstSoundThoughLessIsDelivered) {
  const test::Samples a = Steps(1, 1000);
  double sum = 0;
  for (const double sample : a) sum += sample;
  Graph graph = NewGraph(100);
  const int track = Play(graph, "a", a, 7);
  const int chain = graph.AddChain({track, -400}, {{std::make_shared<Memory>(), kNoSidechain, "memory"}});
  const std::vector<test::Samples> heard = Hear(graph, {{chain, 0}}, 100, 2000);
  EXPECT_EQ(graph.FirstFrame(), 7 - 400);
  ASSERT_EQ(heard[0].size(), 1000u);
  for (const double sample : heard[0]) ASSERT_EQ(sample, sum);
}

}  // namespace
}  // namespace trackout
