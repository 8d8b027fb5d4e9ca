package example;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Values of all kinds, in and out. */
public class Orders implements RequestHandler<Orders.Order, Orders.Receipt> {
  public enum Kind {
    RETAIL,
    TRADE
  }

  public static class Item {
    private String name;
    private int count;

    public String getName() {
      return name;
    }

    public void setName(String name) {
      this.name = name;
    }

    public int getCount() {
      return count;
    }

    public void setCount(int count) {
      this.count = count;
    }
  }

  public static class Order {
    public List<Item> items;
    public Map<String, Long> totals;
    public BigDecimal price;
    public Kind kind;
    public Date when;
    public int[] numbers;
    public Item[] more;
    private String note = "none";

    public void setNote(String note) {
      this.note = note;
    }
  }

  public static class Receipt {
    public final List<String> lines = new ArrayList<>();
    public String nothing;
    private final Order order;

    Receipt(Order order) {
      this.order = order;
    }

    public BigDecimal getPrice() {
      return order.price;
    }

    public Kind getKind() {
      return order.kind;
    }

    public Date getWhen() {
      return order.when;
    }

    public Instant getLater() {
      return Instant.ofEpochMilli(1700000000123L);
    }

    public String getURL() {
      return "https://example.com/" + order.note;
    }

    public boolean isPaid() {
      return true;
    }

    public byte[] getBytes() {
      return new byte[] {1, 2, 3};
    }
  }

  @Override
  public Receipt handleRequest(Order order, Context context) {
    Receipt receipt = new Receipt(order);
    for (Item item : order.items) receipt.lines.add(item.getCount() + " " + item.getName());
    receipt.lines.add(order.totals + " " + order.numbers.length + " " + order.more[0].getName());
    return receipt;
  }
}
