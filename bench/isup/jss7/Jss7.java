import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;
import org.restcomm.protocols.ss7.isup.impl.message.AbstractISUPMessage;
import org.restcomm.protocols.ss7.isup.impl.message.ISUPMessageFactoryImpl;
import org.restcomm.protocols.ss7.isup.impl.message.parameter.ISUPParameterFactoryImpl;

/** {@code Jss7 HEX SECONDS}: decode and encode of an IAM by jss7, per second of the process's CPU time. */
public final class Jss7 {
  private static final int RUNS = 5;
  private static final int BATCH = 500;
  /** Many times what the compiler waits for before it does its best. */
  private static final int WARM_UP = 200_000;
  private static final OperatingSystemMXBean MACHINE =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private interface Work {
    int once() throws Exception;
  }

  /** Kept, so that no work can be left out as unused. */
  private static long sum;

  public static void main(String[] args) throws Exception {
    // jss7 has the CIC in front.
    byte[] octets = HexFormat.of().parseHex("0100" + args[0]);
    double seconds = Double.parseDouble(args[1]);
    var parameters = new ISUPParameterFactoryImpl();
    var messages = new ISUPMessageFactoryImpl(parameters);
    Work decode = () -> ((AbstractISUPMessage) messages.createIAM()).decode(octets, messages, parameters);
    var iam = (AbstractISUPMessage) messages.createIAM();
    iam.decode(octets, messages, parameters);
    byte[] again = iam.encode();
    if (again.length != octets.length) throw new IllegalStateException(HexFormat.of().formatHex(again));
    Work encode = () -> iam.encode().length;
    System.out.printf(
        "{\"decode\":%d,\"encode\":%d}%n", perCpuSecond(decode, seconds), perCpuSecond(encode, seconds));
  }

  /** The best of some runs, after a warm-up that is not measured. */
  private static long perCpuSecond(Work work, double seconds) throws Exception {
    for (int index = 0; index < WARM_UP; index++) sum += work.once();
    double best = 0;
    for (int run = 0; run < RUNS; run++) {
      long until = System.nanoTime() + (long) (seconds * 1e9 / RUNS);
      long from = MACHINE.getProcessCpuTime();
      long done = 0;
      while (System.nanoTime() < until) {
        for (int index = 0; index < BATCH; index++) sum += work.once();
        done += BATCH;
      }
      best = Math.max(best, done * 1e9 / (MACHINE.getProcessCpuTime() - from));
    }
    if (sum == 0) throw new IllegalStateException();
    return Math.round(best);
  }
}
