#include "worker/render/finish_graph.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "worker/dsp/gain.h"
#include "worker/render/graph/processors.h"

namespace trackout {
namespace {

class MasterNodes {
 public:
  MasterNodes(Graph& graph, const Finish& finish, const std::vector<int>& prints,
              std::shared_ptr<const dsp::Processor> derived)
      : graph_(graph),
        finish_(finish),
        prints_(prints),
        derived_(std::move(derived)),
        fader_gain_(dsp::FromDecibels(finish.master_fader_db())) {
    fader_ = MovingLevel(finish.master_fader(), fader_gain_);
  }

  absl::StatusOr<int> Add(const Mix& mix) {
    switch (mix.master()) {
      case MASTER_KEYED:
        return derived_ != nullptr ? Filtered(mix) : AddKeyed(mix);
      case MASTER_OWN:
        return AddOwn(mix);
      case MASTER_RESIDUAL:
        return AddResidual();
      case MASTER_FINISHED:
        return graph_.AddPlaylist(finish_.master().print());
      default:
        return Fader(SumOf(mix));
    }
  }

  int SumOf(const Mix& mix) {
    return SumOf(mix, [](int print) { return print; });
  }

  int Fader(int node) {
    return graph_.AddSum(finish_.channels(), {{{node, 0}, GainOf(finish_.channels(), fader_gain_, fader_)}});
  }

 private:
  // `through`: the node of a print's node. What is linear is done to prints: mixes and stems share them.
  int SumOf(const Mix& mix, const std::function<int(int)>& through) {
    std::vector<Graph::Input> inputs;
    for (const MixTerm& term : mix.terms()) {
      const double gain = dsp::FromDecibels(term.gain_db());
      inputs.push_back({{through(prints_[static_cast<size_t>(term.print())]), 0},
                        GainOf(finish_.channels(), term.inverted() ? -gain : gain)});
    }
    return graph_.AddSum(finish_.channels(), std::move(inputs));
  }

  bool IsBehindFader() const { return finish_.master().behind_fader(); }
  int BeforeChain(int node) { return IsBehindFader() ? Fader(node) : node; }
  int BehindChain(int node) { return IsBehindFader() ? node : Fader(node); }

  // Processors that all mixes share.
  absl::StatusOr<std::vector<ChainStage>> Stages(bool without_limiters) {
    if (stages_.contains(without_limiters)) return stages_[without_limiters];
    google::protobuf::RepeatedPtrField<Processor> inserts;
    for (const Processor& insert : finish_.master().inserts()) {
      if (!without_limiters || !insert.insert().has_limiter()) *inserts.Add() = insert;
    }
    absl::StatusOr<std::vector<ChainStage>> stages = StagesOf(graph_, inserts, finish_.channels(), prints_);
    if (stages.ok()) stages_[without_limiters] = *stages;
    return stages;
  }

  // The whole mix is the chain's own signal; what is a part of it is a sum of prints that follow the chain.
  absl::StatusOr<int> AddKeyed(const Mix& mix) {
    absl::StatusOr<std::vector<ChainStage>> stages = Stages(mix.without_limiters());
    if (!stages.ok()) return stages.status();
    if (stages->empty()) return Fader(SumOf(mix));
    const int whole = SumOf(finish_.whole_mix());
    const int chain = graph_.AddChain({BeforeChain(whole), 0}, *std::move(stages));
    if (SumOf(mix) == whole) return BehindChain(chain);
    return BehindChain(SumOf(mix, [&](int print) {
      return graph_.AddFollower(chain, {BeforeChain(print), 0});
    }));
  }

  absl::StatusOr<int> AddOwn(const Mix& mix) {
    absl::StatusOr<std::vector<ChainStage>> stages = Stages(mix.without_limiters());
    if (!stages.ok()) return stages.status();
    return BehindChain(graph_.AddChain({BeforeChain(SumOf(mix)), 0}, *std::move(stages)));
  }

  int Filtered(const Mix& mix) {
    return SumOf(mix, [&](int print) {
      return graph_.AddChain({Fader(print), 0}, {{derived_, kNoSidechain, "derived"}});
    });
  }

  int AddResidual() {
    const int channels = finish_.channels();
    const int master = graph_.AddPlaylist(finish_.master().print());
    const int explained = Filtered(finish_.whole_mix());
    return graph_.AddSum(channels, {{{master, 0}, WireOf(channels)}, {{explained, 0}, GainOf(channels, -1)}});
  }

  Graph& graph_;
  const Finish& finish_;
  const std::vector<int>& prints_;
  const std::shared_ptr<const dsp::Processor> derived_;
  double fader_gain_;
  EnvelopePoints fader_;                            // in dB
  std::map<bool, std::vector<ChainStage>> stages_;  // by whether limiters are left out
};

}  // namespace

bool IsDerived(const Finish& finish) {
  return finish.master().has_print() &&
         std::any_of(finish.mixes().begin(), finish.mixes().end(), [](const Mix& mix) {
           return mix.master() == MASTER_KEYED || mix.master() == MASTER_RESIDUAL;
         });
}

absl::StatusOr<std::vector<int>> AddMixesTo(Graph& graph, const Finish& finish,
                                            const std::vector<int>& prints,
                                            const std::shared_ptr<const dsp::Processor>& derived) {
  MasterNodes master(graph, finish, prints, derived);
  std::vector<int> mixes;
  for (const Mix& mix : finish.mixes()) {
    const absl::StatusOr<int> node = master.Add(mix);
    if (!node.ok()) return node.status();
    mixes.push_back(*node);
  }
  if (!WholeMixIsApart(finish)) return mixes;
  Mix whole = finish.whole_mix();
  whole.set_master(MASTER_KEYED);
  const absl::StatusOr<int> node = master.Add(whole);
  if (!node.ok()) return node.status();
  mixes.push_back(*node);
  return mixes;
}

int AddPremasterTo(Graph& graph, const Finish& finish, const std::vector<int>& prints) {
  MasterNodes master(graph, finish, prints, nullptr);
  return master.Fader(master.SumOf(finish.whole_mix()));
}

absl::StatusOr<std::unique_ptr<Delivery>> DeliveryOf(const RenderJob& job, FileStore& store,
                                                     int part_frames) {
  const Finish& finish = job.finish();
  const int mixes = finish.mixes_size() + (WholeMixIsApart(finish) ? 1 : 0);
  const std::vector<int> channels(static_cast<size_t>(mixes), finish.channels());
  auto delivery =
      std::make_unique<Delivery>(job.sample_rate(), job.frames(), channels, part_frames, CeilingOf(finish));
  for (const MixFile& file : finish.mix_files()) {
    const auto seed = file.has_tpdf_seed() ? std::optional<uint64_t>(file.tpdf_seed()) : std::nullopt;
    absl::Status added = delivery->AddFile(store, {file.mix(), file.format(), file.channels(), seed});
    if (!added.ok()) return added;
  }
  for (const StemSet& set : finish.stem_sets()) {
    absl::Status added = delivery->AddSet(
        store,
        {{set.stems().begin(), set.stems().end()}, set.mix(), set.format(), set.channels(), set.is_open()});
    if (!added.ok()) return added;
  }
  return delivery;
}

}  // namespace trackout
