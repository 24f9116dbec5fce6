#include "worker/render/print_node.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "worker/dsp/mix.h"

namespace trackout {
namespace {

dsp::StereoGain PanGain(const Strip& strip) {
  if (strip.channels() == 2) return dsp::Balance(strip.pan());
  switch (strip.pan_law()) {
    case PAN_LAW_4_5DB:
      return dsp::PanMinus4_5(strip.pan());
    case PAN_LAW_6DB:
      return dsp::PanMinus6(strip.pan());
    case PAN_LAW_0DB:
      return dsp::Pan0(strip.pan());
    case PAN_LAW_3DB_COMPENSATED:
      return dsp::PanMinus3Compensated(strip.pan());
    default:
      return dsp::PanMinus3(strip.pan());
  }
}

dsp::StereoGain Times(double gain, const dsp::StereoGain& pan) {
  return {gain * pan.left, gain * pan.right};
}

constexpr int kPrintItself = -1;  // Strip.feeds, BusStrip.feeds

// Whether everything arrives at the print.
bool IsTree(const Print& print) {
  const auto is_place = [&](int feeds) { return feeds >= kPrintItself && feeds < print.buses_size(); };
  for (const BusStrip& bus : print.buses()) {
    int at = bus.feeds();
    for (int hops = 0; at != kPrintItself; ++hops) {
      if (!is_place(at) || hops > print.buses_size()) return false;
      at = print.buses(at).feeds();
    }
  }
  return std::all_of(print.strips().begin(), print.strips().end(),
                     [&](const Strip& strip) { return is_place(strip.feeds()); });
}

}  // namespace

void StereoBlock::Clear(size_t frames) {
  std::fill_n(left.begin(), frames, 0.0);
  std::fill_n(right.begin(), frames, 0.0);
}

absl::StatusOr<std::unique_ptr<PrintNode>> PrintNode::Create(const Print& print,
                                                             std::vector<TrackReader*> tracks,
                                                             int block_frames) {
  if (!IsTree(print)) return absl::InvalidArgumentError("a print's buses do not all arrive at its sum");
  std::unique_ptr<PrintNode> node(new PrintNode(block_frames));
  for (int i = 0; i < print.strips_size(); ++i) {
    const Strip& strip = print.strips(i);
    const double gain = (strip.inverted() ? -1 : 1) * dsp::FromDecibels(strip.fader_db());
    node->strips_.push_back({tracks[static_cast<size_t>(i)], Times(gain, PanGain(strip)), strip.feeds()});
  }
  for (const BusStrip& bus : print.buses()) {
    node->buses_.push_back({Times(dsp::FromDecibels(bus.fader_db()), dsp::Balance(bus.pan())), bus.feeds(),
                            StereoBlock(block_frames)});
  }
  return node;
}

void PrintNode::Process(size_t frames) {
  out_.Clear(frames);
  for (BusState& bus : buses_) bus.sum.Clear(frames);
  for (const StripState& strip : strips_) {
    StereoBlock& target = Target(strip.feeds);
    dsp::AddScaled(strip.track->plane(0), strip.gain.left, std::span(target.left).first(frames));
    dsp::AddScaled(strip.track->plane(strip.track->channels() - 1), strip.gain.right,
                   std::span(target.right).first(frames));
  }
  AddBusesInto(kPrintItself, frames);
}

void PrintNode::AddBusesInto(int target_index, size_t frames) {
  for (size_t i = 0; i < buses_.size(); ++i) {
    BusState& bus = buses_[i];
    if (bus.feeds != target_index) continue;
    AddBusesInto(static_cast<int>(i), frames);
    StereoBlock& target = Target(target_index);
    dsp::AddScaled(std::span(bus.sum.left).first(frames), bus.gain.left,
                   std::span(target.left).first(frames));
    dsp::AddScaled(std::span(bus.sum.right).first(frames), bus.gain.right,
                   std::span(target.right).first(frames));
  }
}

absl::StatusOr<std::unique_ptr<PrintSink>> PrintSink::Create(FileStore& store) {
  absl::StatusOr<std::unique_ptr<BlobWriter>> blob = store.Create();
  if (!blob.ok()) return blob.status();
  return std::unique_ptr<PrintSink>(new PrintSink(*std::move(blob)));
}

absl::Status PrintSink::Write(const StereoBlock& block, size_t frames) {
  interleaved_.resize(frames * 2);
  dsp::Interleave(std::span(block.left).first(frames), std::span(block.right).first(frames), interleaved_);
  return blob_->Append(std::as_bytes(std::span(interleaved_)));
}

absl::StatusOr<Rendered> PrintSink::Finish() {
  absl::StatusOr<Digest> digest = blob_->Commit();
  if (!digest.ok()) return digest.status();
  Rendered rendered;
  *rendered.mutable_digest() = *std::move(digest);
  return rendered;
}

absl::StatusOr<std::unique_ptr<PrintSource>> PrintSource::Open(FileStore& store, const Digest& digest,
                                                               int block_frames) {
  absl::StatusOr<std::string> path = store.PathOf(digest);
  if (!path.ok()) return path.status();
  const int file = open(path->c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, "cannot open print " + *path);
  return std::unique_ptr<PrintSource>(new PrintSource(file, block_frames));
}

PrintSource::~PrintSource() {
  close(file_);
}

absl::Status PrintSource::Read(size_t frames) {
  interleaved_.resize(frames * 2);
  std::span<std::byte> rest = std::as_writable_bytes(std::span(interleaved_));
  while (!rest.empty()) {
    const ssize_t count = read(file_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, "cannot read a print");
    if (count == 0) return absl::InternalError("a print ends before its song");
    rest = rest.subspan(static_cast<size_t>(count));
  }
  dsp::Deinterleave(interleaved_, std::span(block_.left).first(frames),
                    std::span(block_.right).first(frames));
  return absl::OkStatus();
}

}  // namespace trackout
