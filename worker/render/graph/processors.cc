#include "worker/render/graph/processors.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "core/job_key.h"
#include "worker/dsp/processors/compressor.h"
#include "worker/dsp/processors/convolution.h"
#include "worker/dsp/processors/deesser.h"
#include "worker/dsp/processors/delay.h"
#include "worker/dsp/processors/eq.h"
#include "worker/dsp/processors/expander.h"
#include "worker/dsp/processors/level.h"
#include "worker/dsp/processors/limiter.h"
#include "worker/dsp/processors/reverb.h"
#include "worker/dsp/processors/saturator.h"
#include "worker/render/graph/source_reader.h"

namespace trackout {
namespace {

// Frames of an impulse that are read at a time.
constexpr int64_t kReadFrames = 65536;

// The highest frequency that filters are made for, of the rate.
constexpr double kHighestOfRate = 0.49;

double SecondsOf(const Time& time) {
  return static_cast<double>(time.nanoseconds()) / 1e9;
}

// The parameters of one processor: as they are written, or along their points.
class Settings {
 public:
  Settings(const Processor& processor, double sample_rate)
      : insert_(processor.insert()), highest_(kHighestOfRate * sample_rate) {
    for (const Motion& motion : processor.motions()) {
      std::vector<dsp::EnvelopePoint>& points = motions_[motion.parameter()];
      for (const Point& point : motion.envelope().points()) points.push_back({point.frame(), point.value()});
    }
  }

  dsp::GainSettings Gain() const {
    return {Number("level", insert_.gain().level()), insert_.gain().polarity() == POLARITY_INVERTED};
  }

  dsp::WidthSettings Width() const { return {Number("width", insert_.width().width())}; }

  std::vector<dsp::BandSettings> Bands() const {
    std::vector<dsp::BandSettings> bands;
    for (const EqBand& band : insert_.eq().bands()) {
      const std::string prefix = "band" + std::to_string(bands.size() + 1) + ".";
      dsp::BandSettings& made = bands.emplace_back();
      made.shape = ShapeOf(band.shape());
      made.frequency = Frequency(prefix + "frequency", band.frequency());
      made.gain = Number(prefix + "gain", band.gain());
      made.q = Number(prefix + "q", band.q());
      made.slope = band.slope();
    }
    return bands;
  }

  dsp::CompressorSettings Compressor() const {
    const trackout::Compressor& from = insert_.compressor();
    dsp::CompressorSettings made;
    made.threshold = Number("threshold", from.threshold());
    made.ratio = Number("ratio", from.ratio());
    made.knee = Number("knee", from.knee());
    made.attack = Seconds("attack", from.attack());
    made.release = Seconds("release", from.release());
    made.hold = Seconds("hold", from.hold());
    made.lookahead = SecondsOf(from.lookahead());
    made.detection = from.detector() == DETECTION_RMS ? dsp::Detection::kRms : dsp::Detection::kPeak;
    made.link = Number("link", from.link());
    made.makeup = Number("makeup", from.makeup());
    made.mix = Number("mix", from.mix());
    made.key_filter = KeyFilter(from.sidechain_filter());
    return made;
  }

  dsp::ExpanderSettings Expander() const {
    const trackout::Expander& from = insert_.expander();
    dsp::ExpanderSettings made;
    made.threshold = Number("threshold", from.threshold());
    made.ratio = Number("ratio", from.ratio());
    made.range = Number("range", from.range());
    made.attack = Seconds("attack", from.attack());
    made.hold = Seconds("hold", from.hold());
    made.release = Seconds("release", from.release());
    made.lookahead = SecondsOf(from.lookahead());
    made.key_filter = KeyFilter(from.sidechain_filter());
    return made;
  }

  dsp::DeesserSettings Deesser() const {
    const trackout::Deesser& from = insert_.deesser();
    return {Frequency("frequency", from.frequency()), Number("threshold", from.threshold()),
            Number("ratio", from.ratio()), Number("range", from.range())};
  }

  dsp::LimiterSettings Limiter() const {
    const trackout::Limiter& from = insert_.limiter();
    return {Number("ceiling", from.ceiling()), SecondsOf(from.lookahead()),
            Seconds("release", from.release()), Number("drive", from.drive())};
  }

  dsp::SaturatorSettings Saturator() const {
    const trackout::Saturator& from = insert_.saturator();
    return {Number("drive", from.drive()), CurveOf(from.curve()), Number("mix", from.mix()),
            Number("output", from.output())};
  }

  dsp::DelaySettings Delay() const {
    const trackout::Delay& from = insert_.delay();
    return {Seconds("time", from.time()),
            Number("feedback", from.feedback()),
            Corner("low_cut", from.has_low_cut(), from.low_cut()),
            Corner("high_cut", from.has_high_cut(), from.high_cut()),
            from.ping_pong(),
            Number("mix", from.mix())};
  }

  dsp::ReverbSettings Reverb() const {
    const trackout::Reverb& from = insert_.reverb();
    return {Seconds("decay", from.decay()),       Seconds("predelay", from.predelay()),
            Frequency("damping", from.damping()), Corner("low_cut", from.has_low_cut(), from.low_cut()),
            Number("width", from.width()),        Number("mix", from.mix())};
  }

  dsp::ConvolutionSettings Convolution(std::vector<std::vector<double>> impulse) const {
    const trackout::Reverb& from = insert_.reverb();
    return {std::move(impulse), Seconds("predelay", from.predelay()), Number("gain", from.gain()),
            Number("mix", from.mix())};
  }

  dsp::Parameter Mix() const {
    return Number("mix", insert_.has_delay() ? insert_.delay().mix() : insert_.reverb().mix());
  }

 private:
  dsp::Parameter Number(const std::string& name, double value) const {
    const auto moving = motions_.find(name);
    return moving == motions_.end() ? dsp::Parameter(value) : dsp::Parameter(moving->second);
  }
  dsp::Parameter Seconds(const std::string& name, const Time& time) const {
    return Number(name, SecondsOf(time));
  }
  dsp::Parameter Frequency(const std::string& name, double value) const {
    const auto moving = motions_.find(name);
    if (moving == motions_.end()) return std::min(value, highest_);
    std::vector<dsp::EnvelopePoint> points = moving->second;
    for (dsp::EnvelopePoint& point : points) point.value = std::min(point.value, highest_);
    return dsp::Parameter(std::move(points));
  }
  std::optional<dsp::Parameter> Corner(const std::string& name, bool is_there, double value) const {
    if (!is_there) return std::nullopt;
    return Frequency(name, value);
  }
  dsp::KeyFilterSettings KeyFilter(const SidechainFilter& from) const {
    return {Corner("sidechain_filter.low_cut", from.has_low_cut(), from.low_cut()),
            Corner("sidechain_filter.high_cut", from.has_high_cut(), from.high_cut())};
  }

  static dsp::BandShape ShapeOf(EqBand::Shape shape) {
    switch (shape) {
      case EqBand::LOW_CUT:
        return dsp::BandShape::kLowCut;
      case EqBand::HIGH_CUT:
        return dsp::BandShape::kHighCut;
      case EqBand::LOW_SHELF:
        return dsp::BandShape::kLowShelf;
      case EqBand::HIGH_SHELF:
        return dsp::BandShape::kHighShelf;
      case EqBand::NOTCH:
        return dsp::BandShape::kNotch;
      case EqBand::TILT:
        return dsp::BandShape::kTilt;
      default:
        return dsp::BandShape::kBell;
    }
  }
  static dsp::SaturatorCurve CurveOf(Saturator::Curve curve) {
    switch (curve) {
      case Saturator::SOFT:
        return dsp::SaturatorCurve::kSoft;
      case Saturator::TUBE:
        return dsp::SaturatorCurve::kTube;
      default:
        return dsp::SaturatorCurve::kTanh;
    }
  }

  const Insert& insert_;
  const double highest_;
  std::map<std::string, std::vector<dsp::EnvelopePoint>> motions_;
};

// The planes of an impulse, at the graph's rate.
absl::StatusOr<std::vector<std::vector<double>>> ReadImpulse(const Graph& graph, const Playlist& impulse) {
  const Region& region = impulse.regions(0);
  absl::StatusOr<std::unique_ptr<SourceReader>> reader =
      OpenSource(graph.store(), region, impulse.channels(), graph.sample_rate());
  if (!reader.ok()) return reader.status();
  const int64_t frames = region.frame_count();
  std::vector<std::vector<double>> planes(static_cast<size_t>(impulse.channels()),
                                          std::vector<double>(static_cast<size_t>(frames)));
  for (int64_t first = 0; first < frames; first += kReadFrames) {
    const auto count = static_cast<size_t>(std::min(kReadFrames, frames - first));
    if (absl::Status loaded = (*reader)->Load(region.offset_frame() + first, count); !loaded.ok())
      return loaded;
    Planes part;
    for (std::vector<double>& plane : planes)
      part.Add(std::span(plane).subspan(static_cast<size_t>(first), count));
    (*reader)->Unpack(0, part);
  }
  return planes;
}

using MadeProcessor = Graph::MadeProcessor;

MadeProcessor ReverbOf(const Graph& graph, const Processor& processor, const Settings& settings,
                       int channels) {
  if (!processor.has_impulse()) return dsp::NewReverb(settings.Reverb(), channels, graph.sample_rate());
  if (!dsp::GoTogether(processor.impulse().channels(), channels))
    return absl::InvalidArgumentError("an impulse does not have the channels of its signal");
  absl::StatusOr<std::vector<std::vector<double>>> impulse = ReadImpulse(graph, processor.impulse());
  if (!impulse.ok()) return impulse.status();
  return dsp::NewConvolution(settings.Convolution(*std::move(impulse)), channels, graph.sample_rate());
}

MadeProcessor Made(Graph& graph, const Processor& processor, int channels);

// As late as the processor that it stands for.
MadeProcessor UnprocessedSideOf(Graph& graph, Processor processor, const Settings& settings, int channels) {
  processor.clear_dry();
  const MadeProcessor wet = Made(graph, processor, channels);
  if (!wet.ok()) return wet;
  return dsp::NewUnprocessedSide(settings.Mix(), (*wet)->latency());
}

MadeProcessor ProcessorOf(Graph& graph, const Processor& processor, int channels) {
  const int rate = graph.sample_rate();
  const Settings settings(processor, rate);
  if (processor.dry()) return UnprocessedSideOf(graph, processor, settings, channels);
  switch (processor.insert().processor_case()) {
    case Insert::kGain:
      return dsp::NewGain(settings.Gain());
    case Insert::kWidth:
      return dsp::NewWidth(settings.Width(), channels);
    case Insert::kEq:
      return dsp::NewEq(settings.Bands(), channels, rate);
    case Insert::kCompressor:
      return dsp::NewCompressor(settings.Compressor(), channels, rate);
    case Insert::kExpander:
      return dsp::NewExpander(settings.Expander(), channels, rate);
    case Insert::kDeesser:
      return dsp::NewDeesser(settings.Deesser(), channels, rate);
    case Insert::kLimiter:
      return dsp::NewLimiter(settings.Limiter(), channels, rate);
    case Insert::kSaturator:
      return dsp::NewSaturator(settings.Saturator(), channels, rate);
    case Insert::kDelay:
      return dsp::NewDelay(settings.Delay(), channels, rate);
    case Insert::kReverb:
      return ReverbOf(graph, processor, settings, channels);
    case Insert::PROCESSOR_NOT_SET:
      break;
  }
  return absl::UnimplementedError("a processor that this worker does not know");
}

std::string EncodingOf(Processor processor, int channels) {
  processor.clear_sidechain();
  return CanonicalEncoding(processor) + std::to_string(channels);
}

MadeProcessor Made(Graph& graph, const Processor& processor, int channels) {
  return graph.SharedProcessor(EncodingOf(processor, channels),
                               [&] { return ProcessorOf(graph, processor, channels); });
}

}  // namespace

absl::StatusOr<std::vector<ChainStage>> StagesOf(Graph& graph,
                                                 const google::protobuf::RepeatedPtrField<Processor>& inserts,
                                                 int channels, const std::vector<int>& sidechains) {
  std::vector<ChainStage> stages;
  for (const Processor& insert : inserts) {
    MadeProcessor processor = Made(graph, insert, channels);
    if (!processor.ok()) return processor.status();
    ChainStage& stage =
        stages.emplace_back(ChainStage{*std::move(processor), kNoSidechain, EncodingOf(insert, channels)});
    if (insert.has_sidechain()) stage.sidechain = sidechains[static_cast<size_t>(insert.sidechain())];
  }
  return stages;
}

}  // namespace trackout
