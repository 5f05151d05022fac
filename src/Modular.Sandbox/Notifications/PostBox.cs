namespace Modular.Sandbox.Notifications;

/// <summary>All notifications, the oldest first.</summary>
internal sealed class PostBox
{
    private readonly Lock gate = new();
    private readonly List<Notification> notifications = [];

    public IReadOnlyList<Notification> All
    {
        get
        {
            lock (gate)
            {
                return [.. notifications];
            }
        }
    }

    public void Add(Notification notification)
    {
        lock (gate)
        {
            notifications.Add(notification);
        }
    }

    public Notification? Find(string id)
    {
        lock (gate)
        {
            return notifications.Find(notification => notification.Id == id);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            notifications.Clear();
        }
    }
}
